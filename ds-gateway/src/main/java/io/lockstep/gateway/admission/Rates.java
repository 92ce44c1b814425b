package io.lockstep.gateway.admission;

import io.lockstep.api.v1.Reason;
import java.util.Map;
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

  private final LongSupplier clock;
  private final Limit clientSubmits;
  private final Limit clientBytes;
  private final Limit groupSubmits;
  private final Limit groupBytes;
  private final Limit gatewaySubmits;
  private final Limit gatewayBytes;
  private final Limit clientAttaches;
  private final Limit groupAttaches;
  private final Limit gatewayAttaches;
  private final Limit clientSends;
  private final Limit clientFrames;

  private record Limit(String name, TokenBuckets buckets) {}

  /**
   * @param clock nanoseconds since some fixed moment, never negative
   * @param secret random bytes
   */
  public Rates(RateLimits limits, LongSupplier clock, byte[] secret) {
    this.clock = clock;
    this.clientSubmits = many("client-submits", limits.clientSubmits(), secret);
    this.clientBytes = many("client-bytes", limits.clientBytes(), secret);
    this.groupSubmits = many("group-submits", limits.groupSubmits(), secret);
    this.groupBytes = many("group-bytes", limits.groupBytes(), secret);
    this.gatewaySubmits = one("gateway-submits", limits.gatewaySubmits(), secret);
    this.gatewayBytes = one("gateway-bytes", limits.gatewayBytes(), secret);
    this.clientAttaches = many("client-attaches", limits.clientAttaches(), secret);
    this.groupAttaches = many("group-attaches", limits.groupAttaches(), secret);
    this.gatewayAttaches = one("gateway-attaches", limits.gatewayAttaches(), secret);
    this.clientSends = many("client-sends", limits.clientSends(), secret);
    this.clientFrames = many("client-frames", limits.clientFrames(), secret);
  }

  private static Limit many(String name, Rate rate, byte[] secret) {
    return new Limit(name, new TokenBuckets(rate, BUCKETS, secret));
  }

  private static Limit one(String name, Rate rate, byte[] secret) {
    return new Limit(name, new TokenBuckets(rate, 1, secret));
  }

  /** A request to submit, of so many bytes, has come in. */
  public void submit(String client, int bytes) throws Refused {
    take(clientSubmits, client, 1);
    take(clientBytes, client, bytes);
  }

  /** It may go to the log as far as its proof is concerned. */
  public void proven(String group, int bytes) throws Refused {
    take(groupSubmits, group, 1);
    take(groupBytes, group, bytes);
    take(gatewaySubmits, ALL, 1);
    take(gatewayBytes, ALL, bytes);
  }

  /** A client wants to attach a stream. */
  public void attach(String client) throws Refused {
    take(clientAttaches, client, 1);
    take(gatewayAttaches, ALL, 1);
  }

  /** It has shown the pass of the group that it attaches. */
  public void groupAttach(String group) throws Refused {
    take(groupAttaches, group, 1);
  }

  /**
   * A call of Send with so many frames has come in. What an attachment among them has to meet
   * besides, it meets when it is taken, as on Connect.
   */
  public void send(String client, int frames) throws Refused {
    take(clientSends, client, 1);
    take(clientFrames, client, frames);
  }

  private void take(Limit limit, String key, long cost) throws Refused {
    long wait = limit.buckets().take(key, cost, clock.getAsLong());
    if (wait > 0) {
      long millis = Math.ceilDiv(wait, TimeUnit.MILLISECONDS.toNanos(1));
      throw new Refused(
          Reason.RATE_LIMITED,
          "over the limit " + limit.name() + ", again in " + millis + " ms",
          Map.of("limit", limit.name(), "retry_after_ms", Long.toString(millis)));
    }
  }
}
