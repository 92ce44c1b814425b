package io.lockstep.gateway.admission;

import java.util.HashMap;
import java.util.Map;

/**
 * How fast a gateway takes what clients send.
 *
 * @param others the rates that are not the standard ones
 */
public record RateLimits(Map<RateLimit, Rate> others) {
  public static final RateLimits DEFAULT = new RateLimits(Map.of());

  /**
   * @throws IllegalArgumentException when a burst has no room for one request
   */
  public RateLimits {
    others = Map.copyOf(others);
    others.forEach(RateLimit::check);
  }

  public Rate of(RateLimit limit) {
    return others.getOrDefault(limit, limit.standard());
  }

  /** The same with another rate for one of them. */
  public RateLimits with(RateLimit limit, Rate rate) {
    Map<RateLimit, Rate> all = new HashMap<>(others);
    all.put(limit, rate);
    return new RateLimits(all);
  }
}
