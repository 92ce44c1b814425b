package io.lockstep.gateway;

import io.lockstep.chainlog.grpc.TlsFiles;
import io.lockstep.chainlog.grpc.WebOrigins;
import io.lockstep.chainlog.kafka.KafkaConnection;
import io.lockstep.gateway.meter.GatewayMeter;
import io.lockstep.gateway.token.TokenKey;
import java.net.InetSocketAddress;
import java.util.Optional;

/**
 * How one gateway is deployed.
 *
 * @param kafka the cluster with the log "lockstep", whose topics must exist
 * @param address where clients connect; port 0 takes a free one
 * @param tls certificate and key of that port; empty only on loopback
 * @param web pages that may call by gRPC-Web
 * @param tokenKey the Authentication Service's public key
 * @param keyStore host:port of the key store; empty: Keys calls are refused
 * @param internalTls this side of the mutual TLS to owners and key store; empty: plaintext
 * @param meter is told what happens
 */
public record GatewayConfig(
    KafkaConnection kafka,
    InetSocketAddress address,
    Optional<TlsFiles> tls,
    WebOrigins web,
    TokenKey tokenKey,
    Optional<String> keyStore,
    Optional<TlsFiles> internalTls,
    GatewayLimits limits,
    GatewayMeter meter) {
  public GatewayConfig {
    if (address.isUnresolved()) {
      throw new IllegalArgumentException("the address cannot be resolved: " + address);
    }
    if (tls.isEmpty() && !address.getAddress().isLoopbackAddress()) {
      throw new IllegalArgumentException("plaintext is served on loopback only, not on " + address);
    }
  }

  /** Plaintext on loopback, with the standard limits. */
  public static GatewayConfig embedded(
      KafkaConnection kafka, InetSocketAddress address, TokenKey tokenKey, String keyStore) {
    return new GatewayConfig(
        kafka,
        address,
        Optional.empty(),
        WebOrigins.NONE,
        tokenKey,
        Optional.of(keyStore),
        Optional.empty(),
        GatewayLimits.DEFAULT,
        GatewayMeter.NONE);
  }

  public GatewayConfig withTls(TlsFiles files) {
    return new GatewayConfig(
        kafka, address, Optional.of(files), web, tokenKey, keyStore, internalTls, limits, meter);
  }

  public GatewayConfig withLimits(GatewayLimits others) {
    return new GatewayConfig(
        kafka, address, tls, web, tokenKey, keyStore, internalTls, others, meter);
  }

  public GatewayConfig withWeb(WebOrigins pages) {
    return new GatewayConfig(
        kafka, address, tls, pages, tokenKey, keyStore, internalTls, limits, meter);
  }

  public GatewayConfig withMeter(GatewayMeter other) {
    return new GatewayConfig(
        kafka, address, tls, web, tokenKey, keyStore, internalTls, limits, other);
  }
}
