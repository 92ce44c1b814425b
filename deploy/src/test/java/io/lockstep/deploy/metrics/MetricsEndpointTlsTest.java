package io.lockstep.deploy.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lockstep.chainlog.grpc.LoopbackCertificate;
import io.lockstep.chainlog.grpc.TlsFiles;
import io.netty.handler.ssl.JdkSslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetricsEndpointTlsTest {
  @TempDir private Path dir;

  private static HttpResponse<String> get(SslContextBuilder client, MetricsEndpoint endpoint)
      throws Exception {
    JdkSslContext tls = (JdkSslContext) client.sslProvider(SslProvider.JDK).build();
    try (HttpClient http = HttpClient.newBuilder().sslContext(tls.context()).build()) {
      return http.send(
          HttpRequest.newBuilder(URI.create("https://127.0.0.1:" + endpoint.port() + "/metrics"))
              .build(),
          HttpResponse.BodyHandlers.ofString());
    }
  }

  private static SslContextBuilder trusting(TlsFiles server) {
    return SslContextBuilder.forClient().trustManager(server.certificateChain().toFile());
  }

  @Test
  void withTlsItIsServedOverTls13AndWithPeersOnlyToThem() throws Exception {
    TlsFiles files = LoopbackCertificate.write(dir);
    InetSocketAddress anyPort = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    try (NodeMetrics metrics = new NodeMetrics()) {
      try (MetricsEndpoint open = MetricsEndpoint.start(anyPort, Optional.of(files), metrics)) {
        HttpResponse<String> answer = get(trusting(files), open);
        assertEquals(200, answer.statusCode());
        assertEquals("TLSv1.3", answer.sslSession().orElseThrow().getProtocol());
        assertTrue(answer.body().contains("jvm_memory_used_bytes"), answer.body());
      }
      TlsFiles mutual =
          new TlsFiles(
              files.certificateChain(), files.privateKey(), Optional.of(files.certificateChain()));
      try (MetricsEndpoint closed = MetricsEndpoint.start(anyPort, Optional.of(mutual), metrics)) {
        assertThrows(IOException.class, () -> get(trusting(files), closed));
        SslContextBuilder known =
            trusting(files)
                .keyManager(files.certificateChain().toFile(), files.privateKey().toFile());
        assertEquals(200, get(known, closed).statusCode());
      }
    }
  }
}
