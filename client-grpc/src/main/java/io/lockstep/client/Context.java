package io.lockstep.client;

import io.lockstep.client.identity.CertificateValidator;
import io.lockstep.client.service.Backoff;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.ExecutorService;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What all parts of one client share. */
record Context(
    Device device,
    Calls calls,
    CertificateValidator validator,
    ClientLimits limits,
    InstantSource clock,
    SecureRandom random,
    EventQueue events,
    ExecutorService background) {
  private static final Logger LOG = LoggerFactory.getLogger(Context.class);

  Instant now() {
    return clock.instant();
  }

  Backoff backoff() {
    return new Backoff(limits.backoffFirst(), limits.backoffMax(), random);
  }

  Deadline deadline() {
    return Deadline.after(limits.operation());
  }

  /**
   * Runs on a thread of its own; a failure is logged, since what is begun there is begun again
   * later.
   */
  void later(Runnable task) {
    background.execute(
        () -> {
          try {
            task.run();
          } catch (LockstepException e) {
            LOG.debug("background work ended early: {}", e.toString());
          } catch (RuntimeException e) {
            if (background.isShutdown()) {
              LOG.debug("background work was cut off", e);
            } else {
              LOG.error("background work failed", e);
            }
          }
        });
  }

  void publish(ClientEvent event) {
    try {
      events.put(event);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LockstepException.Closed("interrupted");
    }
  }
}
