package io.lockstep.client;

import io.lockstep.api.v1.ConnectResponse;
import io.lockstep.api.v1.DeliveryFrame;
import io.lockstep.api.v1.StreamRef;
import io.lockstep.client.service.Connection;
import io.lockstep.client.service.ServiceException;
import io.lockstep.client.service.Services;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * Frames of one Connect call, worked off in their order by one thread. Deliveries that follow each
 * other in the same stream are handed on together, so that a client that catches up writes its
 * state once for many of them.
 */
final class FramePump implements Services.Receiver {
  /** What the client does with frames. */
  interface Handler {
    /** One or more deliveries of one stream. */
    void deliveries(StreamRef stream, List<DeliveryFrame> frames);

    /** Any other frame. */
    void other(ConnectResponse frame);
  }

  private static final int BATCH_MAX = 64;

  private sealed interface Signal {
    record Frame(ConnectResponse frame) implements Signal {}

    record Ended(ServiceException cause) implements Signal {}
  }

  private final Handler handler;
  private final BlockingQueue<Signal> signals = new LinkedBlockingQueue<>();
  private volatile boolean received;

  FramePump(Handler handler) {
    this.handler = handler;
  }

  @Override
  public void received(ConnectResponse frame) {
    received = true;
    signals.add(new Signal.Frame(frame));
  }

  @Override
  public void ended(ServiceException cause) {
    signals.add(new Signal.Ended(cause));
  }

  boolean hasReceived() {
    return received;
  }

  /** Returns when the call has ended and all that came before is dealt with. */
  ServiceException run(Connection connection) throws InterruptedException {
    List<Signal> batch = new ArrayList<>();
    List<DeliveryFrame> deliveries = new ArrayList<>();
    while (true) {
      batch.clear();
      batch.add(signals.take());
      signals.drainTo(batch, BATCH_MAX - 1);
      for (Signal signal : batch) {
        switch (signal) {
          case Signal.Frame(ConnectResponse frame) -> {
            if (!frame.hasDelivery() || !continues(deliveries, frame.getDelivery())) {
              flush(deliveries, connection);
            }
            if (frame.hasDelivery()) {
              deliveries.add(frame.getDelivery());
            } else {
              handler.other(frame);
              connection.consumed();
            }
          }
          case Signal.Ended(ServiceException cause) -> {
            flush(deliveries, connection);
            return cause;
          }
        }
      }
      flush(deliveries, connection);
    }
  }

  private static boolean continues(List<DeliveryFrame> deliveries, DeliveryFrame next) {
    return deliveries.isEmpty() || deliveries.getFirst().getStream().equals(next.getStream());
  }

  private void flush(List<DeliveryFrame> deliveries, Connection connection) {
    if (!deliveries.isEmpty()) {
      handler.deliveries(deliveries.getFirst().getStream(), List.copyOf(deliveries));
      deliveries.forEach(ignored -> connection.consumed());
      deliveries.clear();
    }
  }
}
