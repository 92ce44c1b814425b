package io.lockstep.deploy.bench;

import com.google.protobuf.ByteString;
import io.lockstep.api.EpochPass;
import io.lockstep.api.v1.Ack;
import io.lockstep.api.v1.Attach;
import io.lockstep.api.v1.ConnectRequest;
import io.lockstep.api.v1.StreamRef;
import io.lockstep.gateway.log.GrpcFrame;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.OpenSslSessionContext;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLException;

/**
 * gRPC on HTTP/2, as gateways and the raw writer speak it; over TLS 1.3 where that is asked for.
 */
final class GatewayProtocol implements LoadProtocol {
  /** As the certificate has it. */
  private static final String HOST = "127.0.0.1";

  private static final int DEFAULT_PORT = 443;

  private final int group;
  private final int streams;
  private final LoadConnection.Look look;
  private final byte[] headers;
  private final Optional<SslContext> tls;

  /**
   * Attaches to one group.
   *
   * @param look what is looked for in messages
   * @param certificate of the server; empty: plaintext
   */
  GatewayProtocol(
      int group, int streams, LoadConnection.Look look, String token, Optional<Path> certificate)
      throws SSLException {
    if (EpochPass.LENGTH != FedLog.PASS.size()) {
      throw new IllegalStateException("the pass has the wrong length");
    }
    this.group = group;
    this.streams = streams;
    this.look = look;
    this.headers = requestHeaders(token, certificate.isPresent() ? "https" : "http");
    this.tls = certificate.isPresent() ? Optional.of(tls(certificate.get())) : Optional.empty();
  }

  /** One context for all connections; each makes a session of its own. */
  private static SslContext tls(Path certificate) throws SSLException {
    SslContext context =
        SslContextBuilder.forClient()
            .sslProvider(OpenSsl.isAvailable() ? SslProvider.OPENSSL : SslProvider.JDK)
            .protocols("TLSv1.3")
            .trustManager(certificate.toFile())
            .applicationProtocolConfig(
                new ApplicationProtocolConfig(
                    ApplicationProtocolConfig.Protocol.ALPN,
                    ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                    ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                    ApplicationProtocolNames.HTTP_2))
            .build();
    if (context.sessionContext() instanceof OpenSslSessionContext sessions) {
      // A full handshake for each.
      sessions.setSessionCacheEnabled(false);
    }
    return context;
  }

  private static byte[] requestHeaders(String token, String scheme) {
    Map<String, String> fields = new LinkedHashMap<>();
    fields.put(":method", "POST");
    fields.put(":scheme", scheme);
    fields.put(":path", "/io.lockstep.api.v1.Delivery/Connect");
    fields.put(":authority", "localhost");
    fields.put("content-type", "application/grpc");
    fields.put("te", "trailers");
    fields.put("authorization", "Bearer " + token);
    return FanoutWire.block(Unpooled.buffer(), fields.entrySet());
  }

  private static StreamRef ref(int group) {
    ByteString id = FedLog.id(group);
    return StreamRef.newBuilder().setGroupId(id).build();
  }

  private byte[] attach(long after) {
    return GrpcFrame.of(
        ConnectRequest.newBuilder()
            .setAttach(
                Attach.newBuilder()
                    .setStream(ref(group))
                    .setAfterSequence(after)
                    .setPass(FedLog.PASS)
                    .setPassSequence(FedLog.CREATED))
            .build());
  }

  static byte[] ack(int group, long sequence) {
    return GrpcFrame.of(
        ConnectRequest.newBuilder()
            .setAck(Ack.newBuilder().setStream(ref(group)).setSequence(sequence))
            .build());
  }

  /** The pass of the epoch that a Commit has opened. */
  static byte[] renewal(int group, long commit) {
    return GrpcFrame.of(
        ConnectRequest.newBuilder()
            .setAck(
                Ack.newBuilder()
                    .setStream(ref(group))
                    .setSequence(commit)
                    .setPass(FedLog.PASS)
                    .setPassSequence(commit))
            .build());
  }

  @Override
  public CountingConnection begin(Channel channel, Start start, LoadEvents events) {
    tls.ifPresent(
        context ->
            channel.pipeline().addLast(context.newHandler(channel.alloc(), HOST, DEFAULT_PORT)));
    LoadConnection connection =
        new LoadConnection(
            new LoadConnection.Plan(streams, headers, attach(start.after()), group, start, look),
            events);
    channel.pipeline().addLast(connection);
    return connection;
  }
}
