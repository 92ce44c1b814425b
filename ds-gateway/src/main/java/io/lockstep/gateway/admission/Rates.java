package io.lockstep.gateway.admission;

import io.lockstep.api.v1.Reason;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Refuses with RATE_LIMITED what comes faster than {@link RateLimits} allow. A client's own limits
 * are asked before anything is known of the request; those that it shares with others only when it
 * has shown that it may submit, so that whoever may not cannot use them up. Thread-safe.
 */
public final class Rates {
  private static final int BUCKETS = 1 << 16;

  /** The one key of what is counted for the whole gateway. */
  private static final String ALL = "";

  private static final Set<RateLimit> OF_ALL =
      Set.of(
          RateLimit.GATEWAY_SUBMITS,
          RateLimit.GATEWAY_BYTES,
          RateLimit.GATEWAY_ATTACHES,
          RateLimit.GATEWAY_SENDS);

  private final LongSupplier clock;
  private final Map<RateLimit, TokenBuckets> buckets = new EnumMap<>(RateLimit.class);

  /**
   * @param clock nanoseconds since some fixed moment, never negative
   * @param secret random bytes
   */
  public Rates(RateLimits limits, LongSupplier clock, byte[] secret) {
    this.clock = clock;
    for (RateLimit limit : RateLimit.values()) {
      int count = OF_ALL.contains(limit) ? 1 : BUCKETS;
      buckets.put(limit, new TokenBuckets(limits.of(limit), count, secret));
    }
  }

  /** A request to submit, of so many bytes, has come in. */
  public void submit(String client, int bytes) throws Refused {
    take(RateLimit.CLIENT_SUBMITS, client, 1);
    take(RateLimit.CLIENT_BYTES, client, bytes);
  }

  /** It may go to the log as far as its proof is concerned. */
  public void proven(String group, int bytes) throws Refused {
    take(RateLimit.GROUP_SUBMITS, group, 1);
    take(RateLimit.GROUP_BYTES, group, bytes);
    take(RateLimit.GATEWAY_SUBMITS, ALL, 1);
    take(RateLimit.GATEWAY_BYTES, ALL, bytes);
  }

  /** A client wants to attach a stream. */
  public void attach(String client) throws Refused {
    take(RateLimit.CLIENT_ATTACHES, client, 1);
    take(RateLimit.GATEWAY_ATTACHES, ALL, 1);
  }

  /** It has shown the pass of the group that it attaches. */
  public void groupAttach(String group) throws Refused {
    take(RateLimit.GROUP_ATTACHES, group, 1);
  }

  /**
   * A call of Send with so many frames has come in. What an attachment among them has to meet
   * besides, it meets when it is taken, as on Connect.
   */
  public void send(String client, int frames) throws Refused {
    take(RateLimit.CLIENT_SENDS, client, 1);
    take(RateLimit.CLIENT_FRAMES, client, frames);
    take(RateLimit.GATEWAY_SENDS, ALL, 1);
  }

  private void take(RateLimit limit, String key, long cost) throws Refused {
    long wait = buckets.get(limit).take(key, cost, clock.getAsLong());
    if (wait > 0) {
      long millis = Math.ceilDiv(wait, TimeUnit.MILLISECONDS.toNanos(1));
      throw new Refused(
          Reason.RATE_LIMITED,
          "over the limit " + limit.label() + ", again in " + millis + " ms",
          Map.of("limit", limit.label(), "retry_after_ms", Long.toString(millis)));
    }
  }
}
