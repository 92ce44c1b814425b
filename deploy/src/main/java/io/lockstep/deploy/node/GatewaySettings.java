package io.lockstep.deploy.node;

import io.lockstep.gateway.admission.OpenLimits;
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

  static OpenLimits open(Settings settings) {
    OpenLimits otherwise = OpenLimits.DEFAULT;
    try {
      return new OpenLimits(
          settings.number("gateway.open.client-calls", otherwise.clientCalls()),
          settings.number("gateway.open.gateway-calls", otherwise.gatewayCalls()),
          settings.number("gateway.open.client-streams", otherwise.clientStreams()),
          settings.number("gateway.open.group-streams", otherwise.groupStreams()),
          settings.number("gateway.open.gateway-streams", otherwise.gatewayStreams()));
    } catch (IllegalArgumentException e) {
      throw new SettingsRefused("gateway.open.*: " + e.getMessage());
    }
  }
}
