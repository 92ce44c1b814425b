package io.lockstep.client.service;

import io.lockstep.client.service.Services.Proof;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Keeps one valid client token, refreshed ahead of its end by whichever thread needs it first.
 * Thread-safe.
 */
public final class TokenSource {
  /** A token that ends within this time is replaced first. */
  static final Duration MARGIN = Duration.ofSeconds(60);

  /** A token and its end. */
  public record Token(String value, Instant expires) {
    @Override
    public String toString() {
      return "Token[expires " + expires + "]";
    }
  }

  /** Gets a new token by proof of possession of the client's key. */
  public interface Refresh {
    Token refresh() throws ServiceException;
  }

  private final Refresh refresh;
  private final InstantSource clock;
  private final ReentrantLock lock = new ReentrantLock();
  private Optional<Token> current = Optional.empty();

  public TokenSource(Refresh refresh, InstantSource clock) {
    this.refresh = refresh;
    this.clock = clock;
  }

  public Proof.Token proof() throws ServiceException {
    lock.lock();
    try {
      if (current.isEmpty() || clock.instant().plus(MARGIN).isAfter(current.get().expires())) {
        current = Optional.of(refresh.refresh());
      }
      return new Proof.Token(current.get().value());
    } finally {
      lock.unlock();
    }
  }

  /** A token that came without asking, with an enrolment. */
  public void replace(Token token) {
    lock.lock();
    try {
      current = Optional.of(token);
    } finally {
      lock.unlock();
    }
  }

  /** A service did not accept this token: the next one that asks gets another. */
  public void rejected(Proof.Token proof) {
    lock.lock();
    try {
      if (current.isPresent() && current.get().value().equals(proof.value())) {
        current = Optional.empty();
      }
    } finally {
      lock.unlock();
    }
  }
}
