package io.lockstep.gateway.vertx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lockstep.chainlog.grpc.LoopbackCertificate;
import io.lockstep.chainlog.grpc.TlsFiles;
import io.lockstep.chainlog.vertx.CertificateWatch;
import io.lockstep.chainlog.vertx.PortCertificate;
import io.lockstep.chainlog.vertx.PortOptions;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CertificateWatchTest {
  @TempDir private Path dir;
  private final Vertx vertx = Vertx.vertx();
  private TlsFiles files;
  private TlsFiles next;
  private CertificateWatch watch;

  @BeforeEach
  void listen() throws Exception {
    files = LoopbackCertificate.write(Files.createDirectory(dir.resolve("served")));
    next = LoopbackCertificate.write(Files.createDirectory(dir.resolve("next")));
    PortCertificate certificate = PortCertificate.read(files);
    HttpServerOptions options =
        PortOptions.http(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            0,
            Optional.of(certificate),
            100);
    HttpServer server = vertx.createHttpServer(options).requestHandler(request -> {});
    var _ = server.listen().await(30, TimeUnit.SECONDS);
    watch = new CertificateWatch(server, files, certificate, options.getSslOptions());
  }

  @AfterEach
  void close() throws Exception {
    var _ = vertx.close().await(30, TimeUnit.SECONDS);
  }

  private boolean changed() throws Exception {
    return watch.look().await(30, TimeUnit.SECONDS);
  }

  private static void copy(Path from, Path to) throws Exception {
    Files.copy(from, to, StandardCopyOption.REPLACE_EXISTING);
  }

  @Test
  void aGatewayDoesNotStartWithAKeyThatIsNotTheCertificates() {
    TlsFiles mixed = new TlsFiles(files.certificateChain(), next.privateKey(), Optional.empty());
    IllegalArgumentException refused =
        assertThrows(IllegalArgumentException.class, () -> PortCertificate.read(mixed));
    assertEquals("the private key is not the one of the certificate", refused.getMessage());
  }

  @Test
  void filesThatAreAsTheyWereChangeNothing() throws Exception {
    assertFalse(changed());
  }

  @Test
  void filesReplacedOneAfterTheOtherAreTakenWhenBothAreThere() throws Exception {
    copy(next.privateKey(), files.privateKey());
    assertFalse(changed(), "the key is not the certificate's");
    assertFalse(changed());
    copy(next.certificateChain(), files.certificateChain());
    assertTrue(changed());
    assertFalse(changed());
  }

  @Test
  void aFileThatIsNoCertificateOrIsGoneChangesNothing() throws Exception {
    Files.writeString(files.certificateChain(), "nothing of the kind");
    assertFalse(changed());
    Files.delete(files.certificateChain());
    assertFalse(changed());
    copy(next.certificateChain(), files.certificateChain());
    copy(next.privateKey(), files.privateKey());
    assertTrue(changed());
  }
}
