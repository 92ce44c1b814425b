package io.lockstep.deploy.node;

import io.lockstep.gateway.admission.Rate;
import io.lockstep.gateway.admission.RateLimits;
import java.util.Optional;

/**
 * The settings {@code gateway.rate.LIMIT = per second, burst}; those that are not set have
 * defaults.
 */
final class GatewayRates {
  private GatewayRates() {}

  static RateLimits read(Settings settings) {
    RateLimits otherwise = RateLimits.DEFAULT;
    try {
      return new RateLimits(
          rate(settings, "client-submits", otherwise.clientSubmits()),
          rate(settings, "client-bytes", otherwise.clientBytes()),
          rate(settings, "group-submits", otherwise.groupSubmits()),
          rate(settings, "group-bytes", otherwise.groupBytes()),
          rate(settings, "gateway-submits", otherwise.gatewaySubmits()),
          rate(settings, "gateway-bytes", otherwise.gatewayBytes()),
          rate(settings, "client-attaches", otherwise.clientAttaches()),
          rate(settings, "group-attaches", otherwise.groupAttaches()),
          rate(settings, "gateway-attaches", otherwise.gatewayAttaches()),
          rate(settings, "client-sends", otherwise.clientSends()),
          rate(settings, "client-frames", otherwise.clientFrames()));
    } catch (IllegalArgumentException e) {
      throw new SettingsRefused("gateway.rate.*: " + e.getMessage());
    }
  }

  private static Rate rate(Settings settings, String limit, Rate otherwise) {
    String key = "gateway.rate." + limit;
    Optional<String> value = settings.optional(key);
    if (value.isEmpty()) {
      return otherwise;
    }
    String[] numbers = value.get().split("\\s*,\\s*", -1);
    try {
      if (numbers.length == 2) {
        return new Rate(Long.parseLong(numbers[0]), Long.parseLong(numbers[1]));
      }
    } catch (NumberFormatException e) {
      // The message below says what is wanted.
    }
    throw new SettingsRefused(
        key + " is not two whole numbers (per second, burst): " + value.get());
  }
}
