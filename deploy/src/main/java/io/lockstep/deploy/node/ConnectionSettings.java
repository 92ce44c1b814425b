package io.lockstep.deploy.node;

import io.lockstep.chainlog.vertx.ConnectionLimits;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/** The settings of one port that are limits of its clients' connections. */
final class ConnectionSettings {
  private final Settings settings;
  private final String prefix;

  private ConnectionSettings(Settings settings, String prefix) {
    this.settings = settings;
    this.prefix = prefix;
  }

  /**
   * Reads them.
   *
   * @param prefix of their names, with a dot at its end
   */
  static ConnectionLimits read(Settings settings, String prefix, ConnectionLimits otherwise) {
    ConnectionSettings all = new ConnectionSettings(settings, prefix);
    try {
      return new ConnectionLimits(
          settings.number(prefix + "max", otherwise.max()),
          settings.number(prefix + "per-address", otherwise.perAddressMax()),
          all.proxies(otherwise.proxies()),
          all.seconds("first-call-seconds", otherwise.firstCall()),
          all.seconds("idle-seconds", otherwise.idle()),
          all.seconds("ping-seconds", otherwise.pingAfter()),
          all.seconds("ping-answer-seconds", otherwise.pingAnswer()),
          settings.number(prefix + "held-bytes", (int) otherwise.heldBytesMax()),
          all.seconds("request-seconds", otherwise.request()));
    } catch (IllegalArgumentException e) {
      throw new SettingsRefused(prefix + "*: " + e.getMessage());
    }
  }

  private Duration seconds(String name, Duration otherwise) {
    return Duration.ofSeconds(settings.number(prefix + name, (int) otherwise.toSeconds()));
  }

  private Set<InetAddress> proxies(Set<InetAddress> otherwise) {
    Optional<String> value = settings.optional(prefix + "proxies");
    if (value.isEmpty()) {
      return otherwise;
    }
    Set<InetAddress> all = new HashSet<>();
    for (String name : value.get().split("\\s*,\\s*", -1)) {
      try {
        all.add(InetAddress.getByName(name));
      } catch (UnknownHostException e) {
        throw new SettingsRefused(prefix + "proxies: no address for " + name);
      }
    }
    return all;
  }
}
