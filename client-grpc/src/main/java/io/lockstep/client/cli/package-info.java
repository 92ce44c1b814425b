/** The command line client: a chat on top of {@link io.lockstep.client.LockstepClient}. */
package io.lockstep.client.cli;
