package io.lockstep.deploy.node;

import io.lockstep.gateway.admission.Rate;
import io.lockstep.gateway.admission.RateLimit;
import io.lockstep.gateway.admission.RateLimits;
import java.util.Optional;

/**
 * The settings {@code gateway.rate.LIMIT = per second, burst}; those that are not set have
 * defaults.
 */
final class GatewayRates {
  private GatewayRates() {}

  static RateLimits read(Settings settings) {
    RateLimits limits = RateLimits.DEFAULT;
    for (RateLimit limit : RateLimit.values()) {
      String key = "gateway.rate." + limit.label();
      Optional<String> value = settings.optional(key);
      if (value.isPresent()) {
        try {
          limits = limits.with(limit, rate(key, value.get()));
        } catch (IllegalArgumentException e) {
          throw new SettingsRefused(key + ": " + e.getMessage());
        }
      }
    }
    return limits;
  }

  private static Rate rate(String key, String value) {
    String[] numbers = value.split("\\s*,\\s*", -1);
    try {
      if (numbers.length == 2) {
        return new Rate(Long.parseLong(numbers[0]), Long.parseLong(numbers[1]));
      }
    } catch (NumberFormatException e) {
      // The message below says what is wanted.
    }
    throw new SettingsRefused(key + " is not two whole numbers (per second, burst): " + value);
  }
}
