/**
 * What every port does to which clients come, by Vert.x or by grpc-java, whatever is served there:
 * bounds the connections, ends those that are of no use, and serves the certificate that is in its
 * files now. The only place in this module with Vert.x types; it knows no method and no message.
 */
package io.lockstep.chainlog.vertx;
