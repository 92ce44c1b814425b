package io.lockstep.client.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lockstep.api.v1.Reason;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class RetryTest {
  private static final long SEED = 20_261_101;

  /** Time that passes only when somebody sleeps. */
  private static final class ManualTime implements Retry.Time {
    private long now;
    private final List<Duration> slept = new ArrayList<>();

    @Override
    public long nanos() {
      return now;
    }

    @Override
    public void sleep(Duration duration) {
      now += duration.toNanos();
      slept.add(duration);
    }
  }

  private final ManualTime time = new ManualTime();
  private final Retry retry =
      new Retry(
          Duration.ofMillis(100),
          Duration.ofSeconds(2),
          Duration.ofSeconds(10),
          new Random(SEED),
          time);

  private static ServiceException.Unknown unknown() {
    return new ServiceException.Unknown("UNAVAILABLE", null);
  }

  @Test
  void anAnswerEndsIt() throws Exception {
    AtomicInteger attempts = new AtomicInteger();
    String answer =
        retry.run(
            () -> {
              if (attempts.incrementAndGet() < 4) {
                throw unknown();
              }
              return "done";
            });
    assertEquals("done", answer);
    assertEquals(3, time.slept.size());
  }

  @Test
  void aRefusalIsNotRepeated() {
    ServiceException.Refused refused =
        new ServiceException.Refused(Reason.UNKNOWN_GROUP, Map.of(), "no", null);
    ServiceException thrown =
        assertThrows(
            ServiceException.class,
            () ->
                retry.run(
                    () -> {
                      throw refused;
                    }));
    assertSame(refused, thrown);
    assertEquals(List.of(), time.slept);
  }

  @Test
  void itGivesUpAtTheDeadlineAndNotAfterIt() {
    assertThrows(
        ServiceException.Unknown.class,
        () ->
            retry.run(
                () -> {
                  throw unknown();
                }));
    assertTrue(time.now <= Duration.ofSeconds(10).toNanos());
    assertTrue(time.now >= Duration.ofSeconds(7).toNanos());
  }

  @Test
  void waitsDoubleUpToTheirMaximumAndVary() {
    Backoff backoff = new Backoff(Duration.ofMillis(100), Duration.ofSeconds(1), new Random(SEED));
    long bound = 100;
    for (int i = 0; i < 10; i++) {
      long wait = backoff.next().toMillis();
      assertTrue(wait >= bound / 2 && wait <= bound, "wait " + i + " of " + wait);
      bound = Math.min(2 * bound, 1000);
    }
    backoff.reset();
    assertTrue(backoff.next().toMillis() <= 100);
  }

  @Test
  void aTokenIsRefreshedAheadOfItsEndAndAfterARejection() throws Exception {
    Instant[] now = {Instant.EPOCH};
    AtomicInteger made = new AtomicInteger();
    TokenSource tokens =
        new TokenSource(
            () ->
                new TokenSource.Token(
                    "t" + made.incrementAndGet(), now[0].plus(Duration.ofMinutes(15))),
            () -> now[0]);
    assertEquals("t1", tokens.proof().value());
    now[0] = now[0].plus(Duration.ofMinutes(13));
    assertEquals("t1", tokens.proof().value());
    now[0] = now[0].plus(Duration.ofMinutes(1)).plusSeconds(1);
    assertEquals("t2", tokens.proof().value());
    tokens.rejected(new Services.Proof.Token("t1"));
    assertEquals("t2", tokens.proof().value());
    tokens.rejected(tokens.proof());
    assertEquals("t3", tokens.proof().value());
    assertEquals("Token", tokens.proof().toString());
  }

  @Test
  void aServiceThatSaysWhenToAskAgainIsNotAskedEarlier() throws Exception {
    AtomicInteger attempts = new AtomicInteger();
    retry.run(
        () -> {
          if (attempts.incrementAndGet() == 1) {
            throw new ServiceException.Unknown("RATE_LIMITED", Duration.ofSeconds(3), null);
          }
          return "done";
        });
    assertEquals(List.of(Duration.ofSeconds(3)), time.slept);
  }
}
