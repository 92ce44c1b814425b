package io.lockstep.client;

import io.lockstep.client.state.StateKey;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;

/**
 * All that one client needs to know.
 *
 * @param stateDirectory a directory of this client alone
 * @param trustAnchor PEM file with the certificate of the Authentication Service, got on a way that
 *     the services do not control
 */
public record ClientConfig(
    Path stateDirectory,
    StateKey stateKey,
    ServiceTarget gateway,
    ServiceTarget authentication,
    Path trustAnchor,
    ClientLimits limits,
    InstantSource clock,
    SecureRandom random) {

  public static ClientConfig of(
      Path stateDirectory,
      StateKey stateKey,
      ServiceTarget gateway,
      ServiceTarget authentication,
      Path trustAnchor) {
    return new ClientConfig(
        stateDirectory,
        stateKey,
        gateway,
        authentication,
        trustAnchor,
        ClientLimits.defaults(),
        InstantSource.system(),
        new SecureRandom());
  }

  public ClientConfig withLimits(ClientLimits value) {
    return new ClientConfig(
        stateDirectory, stateKey, gateway, authentication, trustAnchor, value, clock, random);
  }

  public ClientConfig withClock(InstantSource value) {
    return new ClientConfig(
        stateDirectory, stateKey, gateway, authentication, trustAnchor, limits, value, random);
  }
}
