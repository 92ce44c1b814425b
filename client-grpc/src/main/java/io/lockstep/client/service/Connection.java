package io.lockstep.client.service;

import io.lockstep.api.v1.ConnectRequest;

/** The open end of a Connect call. Any thread may use it; after the end its methods do nothing. */
public interface Connection extends AutoCloseable {
  void send(ConnectRequest frame);

  /** One received frame is dealt with: another may come. */
  void consumed();

  @Override
  void close();
}
