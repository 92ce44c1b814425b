package io.lockstep.gateway.admission;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lockstep.api.v1.Reason;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class RatesTest {
  private static final byte[] SECRET = {1, 2, 3};

  private long now = TimeUnit.DAYS.toNanos(3);

  private Rates rates(RateLimits limits) {
    return new Rates(limits, () -> now, SECRET);
  }

  private static RateLimits client(long perSecond, long burst) {
    return RateLimits.DEFAULT.with(RateLimit.CLIENT_SUBMITS, new Rate(perSecond, burst));
  }

  @Test
  void aBurstGetsInAndThenOneForEachPartOfASecond() throws Refused {
    Rates rates = rates(client(10, 3));
    for (int i = 0; i < 3; i++) {
      rates.submit("a", 100);
    }
    Refused refused = assertThrows(Refused.class, () -> rates.submit("a", 100));
    assertEquals(Reason.RATE_LIMITED, refused.reason());
    assertEquals(Map.of("limit", "client-submits", "retry_after_ms", "100"), refused.metadata());
    now += TimeUnit.MILLISECONDS.toNanos(99);
    assertThrows(Refused.class, () -> rates.submit("a", 100));
    now += TimeUnit.MILLISECONDS.toNanos(1);
    rates.submit("a", 100);
    assertThrows(Refused.class, () -> rates.submit("a", 100));
  }

  @Test
  void afterTheTimeThatARefusalNamesTheSameRequestGetsIn() throws Refused {
    Random random = new Random(7);
    Rates rates = rates(client(37, 5));
    int refusals = 0;
    for (int i = 0; i < 10_000; i++) {
      now += random.nextInt(40_000_000);
      try {
        rates.submit("a", 1);
      } catch (Refused refused) {
        refusals++;
        long millis = Long.parseLong(refused.metadata().get("retry_after_ms"));
        now += TimeUnit.MILLISECONDS.toNanos(millis);
        rates.submit("a", 1);
      }
    }
    assertTrue(refusals > 100);
  }

  @Test
  void inTheLongRunNoMoreGetsInThanTheRate() {
    Random random = new Random(8);
    Rates rates = rates(client(50, 10));
    long began = now;
    int in = 0;
    for (int i = 0; i < 20_000; i++) {
      now += random.nextInt(10_000_000);
      try {
        rates.submit("a", 1);
        in++;
      } catch (Refused tooFast) {
        // That is what is being counted.
      }
    }
    double most = 50 * (now - began) / 1e9 + 10;
    assertTrue(in <= most, "more than the rate got in");
    assertTrue(in > 0.95 * most, "less than the rate got in");
  }

  @Test
  void aFloodOfOneClientCostsAnotherNothing() throws Refused {
    Rates rates = rates(client(1, 1));
    rates.submit("a", 1);
    for (int i = 0; i < 1_000; i++) {
      assertThrows(Refused.class, () -> rates.submit("a", 1));
    }
    rates.submit("b", 1);
  }

  @Test
  void bytesAreCountedBesideSubmissions() throws Refused {
    Rates rates = rates(RateLimits.DEFAULT);
    int megabyte = 1 << 20;
    for (int i = 0; i < 16; i++) {
      rates.submit("a", megabyte);
    }
    Refused refused = assertThrows(Refused.class, () -> rates.submit("a", megabyte));
    assertEquals("client-bytes", refused.metadata().get("limit"));
  }

  @Test
  void aGroupHasItsLimitWhoeverSubmits() throws Refused {
    Rates rates = rates(RateLimits.DEFAULT.with(RateLimit.GROUP_SUBMITS, new Rate(1, 2)));
    rates.proven("g:1", 1);
    rates.proven("g:1", 1);
    Refused refused = assertThrows(Refused.class, () -> rates.proven("g:1", 1));
    assertEquals("group-submits", refused.metadata().get("limit"));
    rates.proven("g:2", 1);
  }

  @Test
  void aBurstOfBytesHasRoomForOneRequest() {
    Rate small = new Rate(1, SubmitLimits.REQUEST_MAX - 1L);
    for (RateLimit bytes :
        List.of(RateLimit.CLIENT_BYTES, RateLimit.GROUP_BYTES, RateLimit.GATEWAY_BYTES)) {
      assertThrows(IllegalArgumentException.class, () -> RateLimits.DEFAULT.with(bytes, small));
    }
  }

  @Test
  void callsOfSendAndTheirFramesAreBoundedForEachClient() throws Refused {
    Rates rates =
        rates(
            RateLimits.DEFAULT
                .with(RateLimit.CLIENT_SENDS, new Rate(10, 3))
                .with(RateLimit.CLIENT_FRAMES, new Rate(1_000, 2_000)));
    rates.send("a", 1_000);
    rates.send("a", 900);
    Refused frames = assertThrows(Refused.class, () -> rates.send("a", 110));
    assertEquals(Map.of("limit", "client-frames", "retry_after_ms", "10"), frames.metadata());
    Refused calls = assertThrows(Refused.class, () -> rates.send("a", 1));
    assertEquals(Map.of("limit", "client-sends", "retry_after_ms", "100"), calls.metadata());
    rates.send("b", 1_000);
    now += TimeUnit.MILLISECONDS.toNanos(100);
    rates.send("a", 200);
  }

  @Test
  void callsOfSendAreBoundedForAllAndOfOnesThatTheirClientMayMake() throws Refused {
    Rates rates =
        rates(
            RateLimits.DEFAULT
                .with(RateLimit.CLIENT_SENDS, new Rate(1, 2))
                .with(RateLimit.GATEWAY_SENDS, new Rate(10, 3)));
    rates.send("a", 1);
    rates.send("a", 1);
    Refused own = assertThrows(Refused.class, () -> rates.send("a", 1));
    assertEquals("client-sends", own.metadata().get("limit"));
    rates.send("b", 1);
    Refused all = assertThrows(Refused.class, () -> rates.send("c", 1));
    assertEquals(Map.of("limit", "gateway-sends", "retry_after_ms", "100"), all.metadata());
    now += TimeUnit.MILLISECONDS.toNanos(100);
    rates.send("c", 1);
  }

  @Test
  void aBurstOfFramesHasRoomForOneRequest() {
    Rate few = new Rate(1, SubmitLimits.FRAMES_MAX - 1L);
    assertThrows(
        IllegalArgumentException.class,
        () -> RateLimits.DEFAULT.with(RateLimit.CLIENT_FRAMES, few));
  }
}
