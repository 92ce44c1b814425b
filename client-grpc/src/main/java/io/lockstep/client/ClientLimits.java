package io.lockstep.client;

import java.time.Duration;

/**
 * Times and bounds of a client.
 *
 * @param operation longest time that a blocking call takes before it gives up
 * @param attempt longest time for one call to a service
 * @param backoffFirst wait before the first repetition; doubles from then on, with jitter
 * @param backoffMax longest wait between two attempts
 * @param autoCommitStep a member commits the proposals of others by itself after this time
 *     multiplied by its rank in the group, so that not everyone tries at once
 * @param commitAttemptsMax how many times a Commit that lost its race is made anew
 * @param eventsMax events that wait for the application before the client stops reading
 * @param keyPackageLifetime how long a published key package is valid
 */
public record ClientLimits(
    Duration operation,
    Duration attempt,
    Duration backoffFirst,
    Duration backoffMax,
    Duration autoCommitStep,
    int commitAttemptsMax,
    int eventsMax,
    Duration keyPackageLifetime) {
  public ClientLimits {
    positive(operation, "operation");
    positive(attempt, "attempt");
    positive(backoffFirst, "backoffFirst");
    positive(keyPackageLifetime, "keyPackageLifetime");
    if (backoffMax.compareTo(backoffFirst) < 0 || autoCommitStep.isNegative()) {
      throw new IllegalArgumentException("backoffMax < backoffFirst, or autoCommitStep < 0");
    }
    if (commitAttemptsMax < 1 || eventsMax < 1) {
      throw new IllegalArgumentException("commitAttemptsMax and eventsMax must be at least 1");
    }
  }

  public static ClientLimits defaults() {
    return new ClientLimits(
        Duration.ofSeconds(60),
        Duration.ofSeconds(10),
        Duration.ofMillis(100),
        Duration.ofSeconds(10),
        Duration.ofMillis(150),
        16,
        1024,
        Duration.ofDays(84));
  }

  public ClientLimits withOperation(Duration value) {
    return new ClientLimits(
        value,
        attempt,
        backoffFirst,
        backoffMax,
        autoCommitStep,
        commitAttemptsMax,
        eventsMax,
        keyPackageLifetime);
  }

  public ClientLimits withAttempt(Duration value) {
    return new ClientLimits(
        operation,
        value,
        backoffFirst,
        backoffMax,
        autoCommitStep,
        commitAttemptsMax,
        eventsMax,
        keyPackageLifetime);
  }

  public ClientLimits withBackoff(Duration first, Duration max) {
    return new ClientLimits(
        operation,
        attempt,
        first,
        max,
        autoCommitStep,
        commitAttemptsMax,
        eventsMax,
        keyPackageLifetime);
  }

  public ClientLimits withAutoCommitStep(Duration value) {
    return new ClientLimits(
        operation,
        attempt,
        backoffFirst,
        backoffMax,
        value,
        commitAttemptsMax,
        eventsMax,
        keyPackageLifetime);
  }

  private static void positive(Duration value, String name) {
    if (value.isNegative() || value.isZero()) {
      throw new IllegalArgumentException(name + " must be positive");
    }
  }
}
