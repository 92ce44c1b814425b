package io.lockstep.deploy.node;

import io.lockstep.gateway.ConnectionLimits;
import io.lockstep.gateway.admission.OpenLimits;
import io.lockstep.gateway.streams.CreditLimits;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/** The settings of a gateway that are limits, besides its rates. */
final class GatewaySettings {
  private static final String PROXIES = "gateway.connections.proxies";

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

  static ConnectionLimits connections(Settings settings) {
    ConnectionLimits otherwise = ConnectionLimits.DEFAULT;
    try {
      return new ConnectionLimits(
          settings.number("gateway.connections.max", otherwise.max()),
          settings.number("gateway.connections.per-address", otherwise.perAddressMax()),
          proxies(settings, otherwise.proxies()),
          seconds(settings, "first-call-seconds", otherwise.firstCall()),
          seconds(settings, "idle-seconds", otherwise.idle()),
          seconds(settings, "ping-seconds", otherwise.pingAfter()),
          seconds(settings, "ping-answer-seconds", otherwise.pingAnswer()),
          settings.number("gateway.connections.held-bytes", (int) otherwise.heldBytesMax()),
          seconds(settings, "request-seconds", otherwise.request()));
    } catch (IllegalArgumentException e) {
      throw new SettingsRefused("gateway.connections.*: " + e.getMessage());
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

  private static Duration seconds(Settings settings, String name, Duration otherwise) {
    return Duration.ofSeconds(
        settings.number("gateway.connections." + name, (int) otherwise.toSeconds()));
  }

  private static Set<InetAddress> proxies(Settings settings, Set<InetAddress> otherwise) {
    Optional<String> value = settings.optional(PROXIES);
    if (value.isEmpty()) {
      return otherwise;
    }
    Set<InetAddress> all = new HashSet<>();
    for (String name : value.get().split("\\s*,\\s*", -1)) {
      try {
        all.add(InetAddress.getByName(name));
      } catch (UnknownHostException e) {
        throw new SettingsRefused(PROXIES + ": no address for " + name);
      }
    }
    return all;
  }
}
