/**
 * The sequencer's process: the owner of the log of streams, its internal gRPC port, and the welcome
 * dispatcher, wired together. Decides nothing itself; the law is in {@code .law}.
 */
package io.lockstep.sequencer;
