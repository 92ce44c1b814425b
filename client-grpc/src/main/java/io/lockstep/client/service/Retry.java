package io.lockstep.client.service;

import java.time.Duration;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * Asks again while the outcome is unknown, with back-off, until a deadline. The request must be one
 * that may be repeated: it carries its own id.
 */
public final class Retry {
  /** One attempt. */
  public interface Call<T> {
    T attempt() throws ServiceException;
  }

  /** Time, so that tests need none. */
  public interface Time {
    long nanos();

    void sleep(Duration duration) throws InterruptedException;

    static Time system() {
      return new Time() {
        @Override
        public long nanos() {
          return System.nanoTime();
        }

        @Override
        public void sleep(Duration duration) throws InterruptedException {
          Thread.sleep(duration);
        }
      };
    }
  }

  private final Supplier<Backoff> backoff;
  private final Duration deadline;
  private final Time time;

  public Retry(Duration first, Duration max, Duration deadline, RandomGenerator random, Time time) {
    this.backoff = () -> new Backoff(first, max, random);
    this.deadline = deadline;
    this.time = time;
  }

  /**
   * Attempts until there is an answer; {@link ServiceException.Unknown} when the deadline has
   * passed without one.
   */
  public <T> T run(Call<T> call) throws ServiceException, InterruptedException {
    long end = time.nanos() + deadline.toNanos();
    Backoff waits = backoff.get();
    while (true) {
      try {
        return call.attempt();
      } catch (ServiceException.Unknown e) {
        Duration wait = longer(waits.next(), e.retryAfter());
        if (time.nanos() + wait.toNanos() - end > 0) {
          throw e;
        }
        time.sleep(wait);
      }
    }
  }

  private static Duration longer(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? other : one;
  }
}
