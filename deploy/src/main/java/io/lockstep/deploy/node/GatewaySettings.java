package io.lockstep.deploy.node;

import io.lockstep.gateway.streams.CreditLimits;

/** The settings of a gateway that are limits, besides its rates. */
final class GatewaySettings {
  private GatewaySettings() {}

  static CreditLimits credit(Settings settings) {
    CreditLimits otherwise = CreditLimits.DEFAULT;
    try {
      return new CreditLimits(
          settings.number("gateway.credit.entries", otherwise.entriesMax()),
          settings.number("gateway.credit.bytes", otherwise.bytesMax()));
    } catch (IllegalArgumentException e) {
      throw new SettingsRefused("gateway.credit.*: " + e.getMessage());
    }
  }
}
