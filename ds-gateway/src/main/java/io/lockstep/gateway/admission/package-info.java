/**
 * What may go into the log at all: field checks, sizes, the head of the MLS message, and what is
 * known for certain of the group. Pure; no Kafka, gRPC or Vert.x type here. The fold has the last
 * word on everything.
 */
package io.lockstep.gateway.admission;
