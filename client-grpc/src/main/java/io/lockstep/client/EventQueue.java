package io.lockstep.client;

import io.lockstep.client.ClientEvent.MessageReceived;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Events on their way to the application. Messages take a place each, and who puts one waits for a
 * place, so that a slow application slows its stream and nothing grows; other events always fit.
 */
final class EventQueue {
  private final LinkedBlockingQueue<ClientEvent> queue = new LinkedBlockingQueue<>();
  private final Places places;
  private final Consumer<MessageReceived> handled;

  EventQueue(int messagesMax, Consumer<MessageReceived> handled) {
    this.places = new Places(messagesMax);
    this.handled = handled;
  }

  void put(ClientEvent event) throws InterruptedException {
    if (event instanceof MessageReceived) {
      places.acquire();
    }
    queue.add(event);
  }

  /** For a message of an earlier run: takes a place even when none is free. */
  void putAgain(MessageReceived message) {
    places.reducePermits(1);
    queue.add(message);
  }

  ClientEvent take() throws InterruptedException {
    ClientEvent event = queue.take();
    done(event);
    return event;
  }

  Optional<ClientEvent> poll(Duration wait) throws InterruptedException {
    ClientEvent event = queue.poll(wait.toNanos(), TimeUnit.NANOSECONDS);
    if (event != null) {
      done(event);
    }
    return Optional.ofNullable(event);
  }

  /** Hands one event over; it counts as handled when the listener returns. */
  void handOver(Consumer<ClientEvent> listener) throws InterruptedException {
    ClientEvent event = queue.take();
    listener.accept(event);
    done(event);
  }

  /** A semaphore whose count may be brought below zero. */
  private static final class Places extends Semaphore {
    private static final long serialVersionUID = 1L;

    Places(int count) {
      super(count);
    }

    @Override
    protected void reducePermits(int reduction) {
      super.reducePermits(reduction);
    }
  }

  private void done(ClientEvent event) {
    if (event instanceof MessageReceived message) {
      places.release();
      handled.accept(message);
    }
  }
}
