package io.lockstep.deploy.bench;

import io.lockstep.chainlog.grpc.WebOrigins;
import io.lockstep.chainlog.kafka.KafkaConnection;
import io.lockstep.gateway.GatewayConfig;
import io.lockstep.gateway.GatewayNode;
import io.lockstep.gateway.meter.GatewayMeter;
import io.lockstep.gateway.token.TokenKey;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Optional;

/** A whole gateway node, which reads Kafka; what it delivers is what clients submit to it. */
final class SystemGateway implements FanoutServer {
  private final GatewayNode node;

  SystemGateway(KafkaConnection kafka, byte[] tokenKey) {
    node =
        GatewayNode.start(
            new GatewayConfig(
                kafka,
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                Optional.empty(),
                WebOrigins.NONE,
                TokenKey.of(tokenKey),
                Optional.empty(),
                Optional.empty(),
                GatewayFanout.limits(1),
                GatewayMeter.NONE));
  }

  @Override
  public int port() {
    return node.port();
  }
}
