package io.lockstep.chainlog.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.lockstep.internal.v1.GetStateRequest;
import io.lockstep.internal.v1.OwnerGrpc;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslProvider;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;

/** A port between services, and channels to it, while the files of their TLS are replaced. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class CertificateReloadTest {
  private static final Duration NEVER = Duration.ofHours(1);
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @TempDir private Path dir;
  private TestAuthority first;
  private TestAuthority second;
  private Path both;
  private TlsFiles served;
  private LiveTls live;
  private GrpcEndpoint endpoint;

  @BeforeEach
  void certify() throws Exception {
    first = new TestAuthority(dir, "first");
    second = new TestAuthority(dir, "second");
    both =
        Files.writeString(
            dir.resolve("both.pem"),
            Files.readString(first.certificate()) + Files.readString(second.certificate()));
    served = first.issue(dir.resolve("served"), first.certificate());
  }

  @AfterEach
  void close() {
    if (endpoint != null) {
      endpoint.close();
    }
  }

  private void listen(SslProvider provider, Duration lookEvery) throws Exception {
    assumeThere(provider);
    live = LiveTls.start(served, lookEvery, provider);
    endpoint =
        GrpcEndpoint.serve(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            Optional.of(live),
            1 << 10,
            List.of(new OwnerGrpc.OwnerImplBase() {}),
            PortGuard.NONE);
  }

  private static void assumeThere(SslProvider provider) {
    assumeTrue(
        provider == SslProvider.JDK || OpenSsl.isAvailable(),
        "the library for TLS is there for linux-x86_64 only");
  }

  /** Whether the service answers: this one says that it has no such method. */
  private static boolean answers(ManagedChannel channel) {
    Status status =
        assertThrows(
                StatusRuntimeException.class,
                () ->
                    OwnerGrpc.newBlockingStub(channel)
                        .withDeadlineAfter(PATIENCE)
                        .getState(GetStateRequest.getDefaultInstance()))
            .getStatus();
    if (status.getCode() != Status.Code.UNIMPLEMENTED) {
      assertEquals(Status.Code.UNAVAILABLE, status.getCode(), status::toString);
    }
    return status.getCode() == Status.Code.UNIMPLEMENTED;
  }

  /** On a connection of its own. */
  private boolean letsIn(GrpcChannels channels) {
    ManagedChannel channel = channels.to("127.0.0.1:" + endpoint.port());
    try {
      return answers(channel);
    } finally {
      channel.shutdownNow();
    }
  }

  private boolean letsIn(TlsFiles client) {
    try (GrpcChannels channels = new GrpcChannels(Optional.of(client))) {
      return letsIn(channels);
    }
  }

  private static void await(BooleanSupplier condition) throws InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() < deadline, "not within " + PATIENCE);
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"JDK", "OPENSSL"})
  void aNewCertificateIsServedAndConnectionsThatAreThereGoOn(SslProvider provider)
      throws Exception {
    listen(provider, Duration.ofMillis(50));
    TlsFiles trustsFirst = first.issue(dir.resolve("client"), first.certificate());
    TlsFiles trustsSecond = first.issue(dir.resolve("other"), second.certificate());
    try (GrpcChannels channels = new GrpcChannels(Optional.of(trustsFirst))) {
      ManagedChannel before = channels.to("127.0.0.1:" + endpoint.port());
      assertTrue(answers(before));
      assertFalse(letsIn(trustsSecond));
      TlsFiles next = second.issue(dir.resolve("next"), first.certificate());
      TestAuthority.replace(served.privateKey(), next.privateKey());
      TestAuthority.replace(served.certificateChain(), next.certificateChain());
      await(() -> letsIn(trustsSecond));
      assertFalse(letsIn(trustsFirst), "the old one is served no more");
      assertTrue(answers(before), "a connection from before");
      before.shutdownNow();
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"JDK", "OPENSSL"})
  void filesThatAreOfNoUseChangeNothingAndAreToldOfOnce(SslProvider provider) throws Exception {
    listen(provider, NEVER);
    TlsFiles client = first.issue(dir.resolve("client"), both);
    TlsFiles ofSecond = second.issue(dir.resolve("ofSecond"), both);
    TlsFiles next = second.issue(dir.resolve("next"), second.certificate());
    Path peers = served.peerTrust().orElseThrow();
    ListAppender<ILoggingEvent> told = new ListAppender<>();
    told.start();
    Logger logger = (Logger) LoggerFactory.getLogger(LiveTls.class);
    logger.addAppender(told);
    try {
      TestAuthority.replace(served.privateKey(), next.privateKey());
      Files.writeString(peers, "nothing of the kind");
      changesNothing(client, ofSecond);
      assertEquals(2, told.list.size(), told.list::toString);
      cutOff(served.certificateChain(), next.certificateChain());
      cutOff(peers, both);
      changesNothing(client, ofSecond);
      Files.delete(served.certificateChain());
      Files.writeString(peers, "");
      changesNothing(client, ofSecond);
    } finally {
      logger.detachAppender(told);
    }
    TestAuthority.replace(served.certificateChain(), next.certificateChain());
    TestAuthority.replace(peers, second.certificate());
    live.look();
    assertTrue(letsIn(ofSecond));
    assertFalse(letsIn(client));
  }

  private void changesNothing(TlsFiles client, TlsFiles stranger) {
    live.look();
    live.look();
    assertTrue(letsIn(client));
    assertFalse(letsIn(stranger));
  }

  /** As a file is that is being written: it ends within its last certificate. */
  private static void cutOff(Path file, Path whole) throws Exception {
    String text = Files.readString(whole);
    Files.writeString(file, text.substring(0, text.length() - 60));
  }

  @ParameterizedTest
  @CsvSource({"JDK, JDK", "OPENSSL, OPENSSL", "OPENSSL, JDK", "JDK, OPENSSL"})
  void aClientShowsItsNewCertificateAndTrustsWhomItTrustsNow(
      SslProvider provider, SslProvider ofOther) throws Exception {
    listen(provider, NEVER);
    assumeThere(ofOther);
    TlsFiles client = first.issue(dir.resolve("client"), first.certificate());
    LiveTls ofClient = LiveTls.start(client, NEVER, ofOther);
    try (GrpcChannels channels = new GrpcChannels(ofClient)) {
      assertTrue(letsIn(channels));
      TlsFiles next = second.issue(dir.resolve("next"), second.certificate());
      TestAuthority.replace(served.peerTrust().orElseThrow(), second.certificate());
      live.look();
      assertFalse(letsIn(channels), "the service trusts others now");
      TestAuthority.replace(client.certificateChain(), next.certificateChain());
      ofClient.look();
      assertFalse(letsIn(channels), "the key is not there yet");
      TestAuthority.replace(client.privateKey(), next.privateKey());
      ofClient.look();
      assertTrue(letsIn(channels));
      TestAuthority.replace(client.peerTrust().orElseThrow(), second.certificate());
      ofClient.look();
      assertFalse(letsIn(channels), "the client trusts others now");
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"JDK", "OPENSSL"})
  void whoIsTrustedNoMoreCannotResumeASession(SslProvider provider) throws Exception {
    listen(provider, NEVER);
    SSLContext client = context(first.issue(dir.resolve("client"), first.certificate()));
    assertTrue(isAnswered(client));
    assertTrue(isAnswered(client));
    TestAuthority.replace(served.peerTrust().orElseThrow(), second.certificate());
    live.look();
    assertFalse(isAnswered(client));
  }

  /** Whether the server says something after the handshake: its SETTINGS (RFC 9113, 3.4). */
  private boolean isAnswered(SSLContext client) throws Exception {
    try (SSLSocket socket =
        (SSLSocket) client.getSocketFactory().createSocket("127.0.0.1", endpoint.port())) {
      socket.setSoTimeout((int) PATIENCE.toMillis());
      var parameters = socket.getSSLParameters();
      parameters.setApplicationProtocols(new String[] {"h2"});
      socket.setSSLParameters(parameters);
      socket.startHandshake();
      return socket.getInputStream().read() >= 0;
    } catch (SSLException refused) {
      return false;
    }
  }

  private static SSLContext context(TlsFiles files) throws Exception {
    PemIdentity identity = PemIdentity.read(files);
    KeyStore own = KeyStore.getInstance(KeyStore.getDefaultType());
    own.load(null, null);
    own.setKeyEntry(
        "own",
        identity.privateKey(),
        new char[0],
        identity.chain().toArray(X509Certificate[]::new));
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(own, new char[0]);
    KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
    trusted.load(null, null);
    trusted.setCertificateEntry(
        "peer", PemIdentity.readPeers(files.peerTrust().orElseThrow()).getFirst());
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
    return context;
  }
}
