package io.lockstep.gateway.vertx;

import io.lockstep.gateway.log.Delivery;
import io.lockstep.gateway.streams.Line;

/** Where the frames of one call go. On its event loop's thread only. */
interface Output {
  /** The connection that the call is on. */
  Line<Delivery> line();

  /** Of the call among those on its connection; negative if they get nothing together. */
  int place();

  /**
   * Whether more should be handed over. If not, whoever made the output is told when to ask again.
   */
  boolean ready();

  /**
   * Takes a frame, whether {@link #ready} or not.
   *
   * @param frame a gRPC frame, which nobody changes any more
   */
  void write(byte[] frame);

  /** Nothing more will be written; what was goes before the trailers. */
  void finish();

  /** The call is gone, and so is what was on its way. */
  void drop();
}
