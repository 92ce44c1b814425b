package io.lockstep.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.lockstep.api.v1.DeliveryGrpc;
import io.lockstep.chainlog.grpc.LoopbackCertificate;
import io.lockstep.chainlog.grpc.TlsFiles;
import io.vertx.core.net.OpenSSLEngineOptions;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The clients' port with TLS. */
@Timeout(value = 90, unit = TimeUnit.SECONDS)
class GatewayTlsEndToEndTest {
  /** What HTTP/2 begins with, and an empty SETTINGS frame. */
  private static final byte[] HTTP2_PREFACE =
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0"
          .getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);

  @TempDir private static Path dir;
  private static GatewayWorld world;

  @BeforeAll
  static void start() throws Exception {
    world =
        new GatewayWorld(dir, GatewayLimits.DEFAULT.withCertificateCheck(Duration.ofMillis(100)));
  }

  @AfterAll
  static void stop() {
    if (world != null) {
      world.close();
    }
  }

  @Test
  @EnabledOnOs(value = OS.LINUX, architectures = "amd64")
  void theLibraryForTlsIsThere() {
    assertTrue(OpenSSLEngineOptions.isAvailable());
  }

  @Test
  void onlyTls13IsServed() throws Exception {
    TlsFiles files = LoopbackCertificate.write(Files.createDirectory(dir.resolve("versions")));
    GatewayNode gateway = world.gatewayWithTls(files);
    assertTrue(isServed(gateway, "TLSv1.3", files.certificateChain(), "with 1.3"));
    assertEquals(false, isServed(gateway, "TLSv1.2", files.certificateChain(), "with 1.2"));
  }

  @Test
  void aNewCertificateIsServedWithoutARestart() throws Exception {
    TlsFiles files = LoopbackCertificate.write(Files.createDirectory(dir.resolve("served")));
    TlsFiles next = LoopbackCertificate.write(Files.createDirectory(dir.resolve("next")));
    GatewayNode gateway = world.gatewayWithTls(files);
    Path first = Files.copy(files.certificateChain(), dir.resolve("first.pem"));
    try (OverTls before = new OverTls(gateway, "TLSv1.3", first)) {
      assertEquals(1, before.create("before"));
      // A file that is no certificate, and then a key that is not the certificate's, change
      // nothing.
      Files.writeString(files.certificateChain(), "nothing of the kind");
      replace(next.privateKey(), files.privateKey());
      assertTrue(isServed(gateway, "TLSv1.3", first, "meanwhile"));
      replace(next.certificateChain(), files.certificateChain());
      await(() -> isServed(gateway, "TLSv1.3", next.certificateChain(), "after"));
      assertEquals(false, isServed(gateway, "TLSv1.3", first, "with the old one"));
      assertEquals(1, before.create("a connection from before goes on"));
    }
  }

  @Test
  void aSecondConnectionResumesTheFirstOnesSession() throws Exception {
    TlsFiles files = LoopbackCertificate.write(Files.createDirectory(dir.resolve("resumed")));
    GatewayNode gateway = world.gatewayWithTls(files);
    SSLContext context = trusting(files.certificateChain());
    long first = sessionMadeAt(context, gateway.port());
    assertEquals(first, sessionMadeAt(context, gateway.port()), "a resumed session is as old");
  }

  /** When the session was made that a connection uses; a resumed one is older than it. */
  private static long sessionMadeAt(SSLContext context, int port) throws Exception {
    try (SSLSocket socket =
        (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", port)) {
      var parameters = socket.getSSLParameters();
      parameters.setApplicationProtocols(new String[] {"h2"});
      socket.setSSLParameters(parameters);
      socket.startHandshake();
      assertEquals("TLSv1.3", socket.getSession().getProtocol());
      socket.getOutputStream().write(HTTP2_PREFACE);
      socket.getOutputStream().flush();
      // Tickets come before the server's first bytes.
      assertTrue(socket.getInputStream().read() >= 0);
      return socket.getSession().getCreationTime();
    }
  }

  private static SSLContext trusting(Path certificate) throws Exception {
    KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
    trusted.load(null, null);
    try (InputStream in = Files.newInputStream(certificate)) {
      X509Certificate one =
          (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
      trusted.setCertificateEntry("gateway", one);
    }
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    return context;
  }

  private static void replace(Path with, Path file) throws Exception {
    Path beside = file.resolveSibling(file.getFileName() + ".new");
    Files.copy(with, beside, StandardCopyOption.REPLACE_EXISTING);
    Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE);
  }

  private static boolean isServed(GatewayNode gateway, String version, Path trusted, String group) {
    try (OverTls client = new OverTls(gateway, version, trusted)) {
      // The group may be there from an earlier try.
      client.create(group);
      return true;
    } catch (StatusRuntimeException | SSLException refused) {
      return false;
    }
  }

  private static void await(BooleanSupplier condition) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() < deadline, "not within 30 s");
      TimeUnit.MILLISECONDS.sleep(50);
    }
  }

  /** One client with a connection of its own. */
  private static final class OverTls implements AutoCloseable {
    private final ManagedChannel channel;

    OverTls(GatewayNode gateway, String version, Path trusted) throws SSLException {
      channel =
          NettyChannelBuilder.forAddress("127.0.0.1", gateway.port())
              .sslContext(
                  GrpcSslContexts.forClient()
                      .protocols(version)
                      .trustManager(trusted.toFile())
                      .build())
              .build();
    }

    /** Makes a group; answers its sequence number, 0 when there is one already. */
    long create(String group) {
      try {
        return DeliveryGrpc.newBlockingStub(channel)
            .withInterceptors(world.headers(Optional.of(world.token())))
            .submit(world.create(ByteString.copyFromUtf8(group)))
            .getSequenced()
            .getSequence();
      } catch (StatusRuntimeException e) {
        throw e;
      } catch (Exception e) {
        throw new AssertionError("no token", e);
      }
    }

    @Override
    public void close() {
      channel.shutdownNow();
    }
  }
}
