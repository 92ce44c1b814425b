/**
 * The listener of the Authentication Service for browsers (gRPC-Web). The only place with Vert.x
 * types; what the calls do is in the package of the gRPC edge.
 */
package io.lockstep.directory.vertx;
