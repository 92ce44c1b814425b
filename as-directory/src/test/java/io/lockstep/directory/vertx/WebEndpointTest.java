package io.lockstep.directory.vertx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.stub.StreamObserver;
import io.lockstep.api.v1.AuthenticationGrpc;
import io.lockstep.api.v1.LookupRequest;
import io.lockstep.api.v1.LookupResponse;
import io.lockstep.api.v1.RegisterRequest;
import io.lockstep.api.v1.RegisterResponse;
import io.lockstep.chainlog.grpc.LoopbackCertificate;
import io.lockstep.chainlog.grpc.TlsFiles;
import io.lockstep.chainlog.grpc.WebOrigins;
import io.lockstep.chainlog.vertx.ConnectionLimits;
import io.lockstep.chainlog.vertx.ConnectionMeter;
import io.lockstep.directory.WebConfig;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the port for browsers lets connections do, and its certificate. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class WebEndpointTest {
  private static final String PAGE = "https://chat.example";
  private static final int PATIENCE_MILLIS = 30_000;
  private static final Duration LONG = Duration.ofMinutes(10);
  private static final int REQUEST_BYTES_MAX = 1 << 10;
  private static final String REGISTER = "/io.lockstep.api.v1.Authentication/Register";
  private static final String LOOKUP = "/io.lockstep.api.v1.Authentication/Lookup";

  @TempDir private Path dir;
  private final BlockingQueue<String> closed = new LinkedBlockingQueue<>();

  /** Answers Register, and never answers Lookup. */
  private static final class Service extends AuthenticationGrpc.AuthenticationImplBase {
    @Override
    public void register(RegisterRequest request, StreamObserver<RegisterResponse> answer) {
      answer.onNext(RegisterResponse.getDefaultInstance());
      answer.onCompleted();
    }

    @Override
    public void lookup(LookupRequest request, StreamObserver<LookupResponse> answer) {}
  }

  private WebEndpoint start(Optional<TlsFiles> tls, ConnectionLimits limits) {
    WebConfig config =
        WebConfig.of(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                tls,
                WebOrigins.of(List.of(PAGE)))
            .withConnections(limits)
            .withCertificateCheck(Duration.ofMillis(50))
            .withMeter(
                new ConnectionMeter() {
                  @Override
                  public void open(int change) {}

                  @Override
                  public void closed(String reason) {
                    closed.add(reason);
                  }
                });
    return WebEndpoint.start(config, REQUEST_BYTES_MAX, new Service());
  }

  private static ConnectionLimits patient() {
    return ConnectionLimits.DEFAULT.withTimes(LONG, LONG, LONG, LONG).withRequest(LONG);
  }

  private static Socket open(WebEndpoint endpoint) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), endpoint.port());
    socket.setSoTimeout(PATIENCE_MILLIS);
    return socket;
  }

  /** The header of a gRPC-Web call with an empty message. */
  private static String head(String path, String origin) {
    return "POST "
        + path
        + " HTTP/1.1\r\nhost: here\r\norigin: "
        + origin
        + "\r\ncontent-type: application/grpc-web+proto\r\ncontent-length: 5\r\n\r\n";
  }

  private static void say(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    socket.getOutputStream().flush();
  }

  /** Makes a call and reads its answer to the end, with trailers. */
  private static String call(Socket socket, String path, String origin, String end)
      throws IOException {
    say(socket, head(path, origin) + "\0\0\0\0\0");
    StringBuilder answer = new StringBuilder();
    while (answer.indexOf(end) < 0) {
      int one = socket.getInputStream().read();
      assertTrue(one >= 0, () -> "closed after " + answer);
      answer.append((char) one);
    }
    return answer.substring(0, answer.indexOf("\r\n"));
  }

  private static void register(Socket socket) throws IOException {
    // The trailers' frame, and the end of the chunked body.
    assertEquals("HTTP/1.1 200 OK", call(socket, REGISTER, PAGE, "grpc-status:0\r\n\r\n0\r\n\r\n"));
  }

  private static void assertClosed(Socket socket) throws IOException {
    try {
      while (socket.getInputStream().read() >= 0) {
        // What was said before.
      }
    } catch (java.net.SocketException reset) {
      // Also an end.
    }
  }

  @Test
  void connectionsOfOneAddressAreBoundedBeforeTls() throws Exception {
    boundedAtTwo(patient().withMax(100, 2, Set.of()), "too_many_from_address");
  }

  @Test
  void connectionsInAllAreBoundedBeforeTls() throws Exception {
    boundedAtTwo(patient().withMax(2, 2, patient().proxies()), "too_many");
  }

  private void boundedAtTwo(ConnectionLimits limits, String reason) throws Exception {
    TlsFiles files = LoopbackCertificate.write(Files.createDirectory(dir.resolve(reason)));
    try (WebEndpoint endpoint = start(Optional.of(files), limits);
        Socket one = tls(endpoint, files.certificateChain())) {
      register(one);
      try (Socket two = open(endpoint)) {
        try (Socket three = open(endpoint)) {
          // Without a word of TLS from here.
          assertClosed(three);
        }
        assertEquals(reason, closed.poll(PATIENCE_MILLIS, TimeUnit.MILLISECONDS));
        assertTrue(two.isConnected());
      }
      awaitServed(endpoint, files.certificateChain());
      register(one);
    }
  }

  @Test
  void aConnectionThatAsksNothingIsClosedAndOneThatHasAskedStays() throws Exception {
    ConnectionLimits limits = patient().withTimes(Duration.ofSeconds(5), LONG, LONG, LONG);
    try (WebEndpoint endpoint = start(Optional.empty(), limits);
        Socket useful = open(endpoint);
        Socket silent = open(endpoint);
        Socket half = open(endpoint);
        Socket stranger = open(endpoint);
        Socket lost = open(endpoint)) {
      register(useful);
      say(half, head(REGISTER, PAGE) + "\0\0");
      assertEquals(
          "HTTP/1.1 403 Forbidden", call(stranger, REGISTER, "https://evil.example", "\r\n\r\n"));
      call(lost, "/io.lockstep.api.v1.Authentication/Nothing", PAGE, "\r\n\r\n");
      for (Socket one : List.of(silent, half, stranger, lost)) {
        assertClosed(one);
        assertEquals("no_call", closed.poll(PATIENCE_MILLIS, TimeUnit.MILLISECONDS));
      }
      register(useful);
    }
  }

  @Test
  void aConnectionWithoutCallsIsClosed() throws Exception {
    ConnectionLimits limits = patient().withTimes(LONG, Duration.ofSeconds(3), LONG, LONG);
    try (WebEndpoint endpoint = start(Optional.empty(), limits);
        Socket idle = open(endpoint)) {
      register(idle);
      assertClosed(idle);
      assertEquals("idle", closed.poll(PATIENCE_MILLIS, TimeUnit.MILLISECONDS));
    }
  }

  @Test
  void aCallThatIsNotOverInTimeIsEndedWhateverItWaitsFor() throws Exception {
    ConnectionLimits limits = patient().withRequest(Duration.ofSeconds(4));
    try (WebEndpoint endpoint = start(Optional.empty(), limits);
        Socket unfinished = open(endpoint);
        Socket unanswered = open(endpoint);
        Socket useful = open(endpoint)) {
      register(unfinished);
      say(unfinished, head(REGISTER, PAGE) + "\0\0");
      say(unanswered, head(LOOKUP, PAGE) + "\0\0\0\0\0");
      register(useful);
      assertClosed(unfinished);
      assertClosed(unanswered);
      register(useful);
    }
  }

  @Test
  void bytesBeforeThereIsAWholeCallAreBounded() throws Exception {
    ConnectionLimits limits = patient().withHeldBytes(1);
    try (WebEndpoint endpoint = start(Optional.empty(), limits);
        Socket large = open(endpoint)) {
      // A message of a million bytes, of which a part comes.
      say(
          large,
          head(REGISTER, PAGE).replace("content-length: 5", "content-length: 1000005")
              + "\0\0\17B@"
              + "\0".repeat(200_000));
      assertClosed(large);
      assertEquals("too_much_held", closed.poll(PATIENCE_MILLIS, TimeUnit.MILLISECONDS));
    } catch (java.net.SocketException reset) {
      assertEquals("too_much_held", closed.poll(PATIENCE_MILLIS, TimeUnit.MILLISECONDS));
    }
  }

  @Test
  void aNewCertificateIsServedWithoutARestart() throws Exception {
    TlsFiles files = LoopbackCertificate.write(Files.createDirectory(dir.resolve("served")));
    TlsFiles next = LoopbackCertificate.write(Files.createDirectory(dir.resolve("next")));
    Path first = Files.copy(files.certificateChain(), dir.resolve("first.pem"));
    try (WebEndpoint endpoint = start(Optional.of(files), patient());
        Socket before = tls(endpoint, first)) {
      register(before);
      replace(next.privateKey(), files.privateKey());
      assertTrue(isServed(endpoint, first), "a key alone changes nothing");
      replace(next.certificateChain(), files.certificateChain());
      awaitServed(endpoint, next.certificateChain());
      assertTrue(!isServed(endpoint, first));
      register(before);
    }
  }

  private static void replace(Path with, Path file) throws IOException {
    Path beside = file.resolveSibling(file.getFileName() + ".new");
    Files.copy(with, beside, StandardCopyOption.REPLACE_EXISTING);
    Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE);
  }

  private static boolean isServed(WebEndpoint endpoint, Path trusted) throws Exception {
    try (Socket socket = tls(endpoint, trusted)) {
      register(socket);
      return true;
    } catch (SSLException | java.net.SocketException refused) {
      return false;
    }
  }

  private static void awaitServed(WebEndpoint endpoint, Path trusted) throws Exception {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PATIENCE_MILLIS);
    while (!isServed(endpoint, trusted)) {
      assertTrue(System.nanoTime() - end < 0, "not in time");
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }

  private static Socket tls(WebEndpoint endpoint, Path trusted) throws Exception {
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    try (InputStream in = Files.newInputStream(trusted)) {
      store.setCertificateEntry(
          "directory", CertificateFactory.getInstance("X.509").generateCertificate(in));
    }
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(store);
    SSLContext context = SSLContext.getInstance("TLSv1.3");
    context.init(null, trust.getTrustManagers(), null);
    Socket socket = context.getSocketFactory().createSocket("127.0.0.1", endpoint.port());
    socket.setSoTimeout(PATIENCE_MILLIS);
    return socket;
  }
}
