package io.lockstep.gateway.vertx;

import io.grpc.StatusRuntimeException;

/**
 * The HTTP/2 stream of a {@link ConnectCall}, or what stands for it: all of a call but the messages
 * that go out, which have an {@link Output}. On its event loop's thread only.
 */
interface CallStream {
  /** The head of the answer goes out. From then on the call is told what becomes of the stream. */
  void begin(ConnectCall call);

  /** Nothing more of what the client says is wanted, until {@link #resume}. */
  void pause();

  void resume();

  /** Ends the call with OK, after whatever its output still has. */
  void end();

  /** Ends the call, whether it has begun or not. */
  void end(StatusRuntimeException status);
}
