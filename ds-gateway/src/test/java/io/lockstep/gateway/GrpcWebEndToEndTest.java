package io.lockstep.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.lockstep.api.v1.Ack;
import io.lockstep.api.v1.Attach;
import io.lockstep.api.v1.ConnectRequest;
import io.lockstep.api.v1.ConnectResponse;
import io.lockstep.api.v1.GetGroupInfoRequest;
import io.lockstep.api.v1.ListenRequest;
import io.lockstep.api.v1.Reason;
import io.lockstep.api.v1.SendRequest;
import io.lockstep.api.v1.StreamRef;
import io.lockstep.api.v1.SubmitResponse;
import io.lockstep.chainlog.grpc.LoopbackCertificate;
import io.lockstep.chainlog.grpc.TlsFiles;
import io.lockstep.chainlog.vertx.ConnectionLimits;
import io.lockstep.gateway.streams.CreditLimits;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The gateway as browsers see it: gRPC-Web on HTTP/1.1 and on HTTP/2, and CORS. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class GrpcWebEndToEndTest {
  private static final int LARGE = 512 << 10;
  private static final int LARGE_COUNT = 24;

  /** A browser's socket may hold some of it, Vert.x and the kernel here the rest; 12 MiB is all. */
  private static final long STALLED_BYTES_MAX = 8 << 20;

  private static final int RECEIVE_BYTES = 32 << 10;
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration IDLE = Duration.ofSeconds(2);

  @TempDir private static Path dir;
  private static GatewayWorld world;
  private static GatewayNode overTls;
  private static SSLContext trusted;

  @BeforeAll
  static void start() throws Exception {
    world =
        new GatewayWorld(
            dir, GatewayLimits.DEFAULT.withCredit(new CreditLimits(1_000, Integer.MAX_VALUE)));
    TlsFiles files = LoopbackCertificate.write(Files.createDirectory(dir.resolve("tls")));
    overTls = world.gatewayWithTls(files);
    trusted = trusting(files.certificateChain());
  }

  @AfterAll
  static void stop() {
    if (world != null) {
      world.close();
    }
  }

  private static SSLContext trusting(Path certificate) throws Exception {
    KeyStore anchors = KeyStore.getInstance(KeyStore.getDefaultType());
    anchors.load(null, null);
    try (var in = Files.newInputStream(certificate)) {
      anchors.setCertificateEntry(
          "gateway", CertificateFactory.getInstance("X.509").generateCertificate(in));
    }
    TrustManagerFactory managers =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    managers.init(anchors);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, managers.getTrustManagers(), null);
    return context;
  }

  private interface OnAPage {
    void run(WebPage page, HttpClient.Version version) throws Exception;
  }

  /** On HTTP/1.1 without TLS, and on HTTP/2 with it. */
  private static void onBoth(OnAPage test) throws Exception {
    try (WebPage page = WebPage.plain(world.gateway.port(), world.token())) {
      test.run(page, HttpClient.Version.HTTP_1_1);
    }
    try (WebPage page = WebPage.secure(overTls.port(), world.token(), trusted)) {
      test.run(page, HttpClient.Version.HTTP_2);
    }
  }

  private static ConnectResponse frame(WebPage.Answer call) throws Exception {
    return ConnectResponse.parseFrom(call.next().orElseThrow());
  }

  private static ListenRequest attachment(ByteString group) {
    return ListenRequest.newBuilder()
        .addAttach(
            Attach.newBuilder()
                .setStream(StreamRef.newBuilder().setGroupId(group))
                .setPass(GatewayWorld.pass(group, 0))
                .setPassSequence(1))
        .build();
  }

  @Test
  void pagesOfTheListedOriginsMayCallAndNoOthers() throws Exception {
    onBoth(
        (page, version) -> {
          HttpResponse<byte[]> allowed = page.preflight("Submit");
          assertEquals(version, allowed.version());
          assertEquals(204, allowed.statusCode());
          assertEquals(
              GatewayWorld.PAGE,
              allowed.headers().firstValue("access-control-allow-origin").orElseThrow());
          assertEquals(
              "POST", allowed.headers().firstValue("access-control-allow-methods").orElseThrow());
          assertTrue(
              List.of(
                      allowed
                          .headers()
                          .firstValue("access-control-allow-headers")
                          .orElseThrow()
                          .split(", "))
                  .containsAll(List.of("authorization", "content-type", "x-grpc-web")));
          assertEquals("origin", allowed.headers().firstValue("vary").orElseThrow());
          assertEquals(
              "7200", allowed.headers().firstValue("access-control-max-age").orElseThrow());

          WebPage stranger = page.of(Optional.of("https://evil.example"));
          HttpResponse<byte[]> denied = stranger.preflight("Submit");
          assertEquals(403, denied.statusCode());
          assertTrue(denied.headers().firstValue("access-control-allow-origin").isEmpty());
          ByteString group = ByteString.copyFromUtf8("no page of ours " + version);
          try (WebPage.Answer answer = stranger.call("Submit", world.create(group))) {
            assertEquals(403, answer.http.statusCode());
          }
          assertEquals(1, world.client().submit(world.create(group)).getSequenced().getSequence());
          try (WebPage.Answer answer =
              page.of(Optional.empty()).call("Submit", world.message(group, 0, "no browser"))) {
            assertTrue(SubmitResponse.parseFrom(answer.next().orElseThrow()).hasSequenced());
          }
        });
  }

  @Test
  void aUnaryCallIsAnsweredAndAnErrorTellsItsReason() throws Exception {
    onBoth(
        (page, version) -> {
          ByteString group = ByteString.copyFromUtf8("unary " + version);
          try (WebPage.Answer answer = page.call("Submit", world.create(group))) {
            assertEquals(version, answer.http.version());
            assertEquals(
                GatewayWorld.PAGE,
                answer.http.headers().firstValue("access-control-allow-origin").orElseThrow());
            assertEquals(
                1,
                SubmitResponse.parseFrom(answer.next().orElseThrow()).getSequenced().getSequence());
            assertTrue(answer.next().isEmpty());
            assertEquals(0, answer.status());
          }
          try (WebPage.Answer answer =
              page.call(
                  "GetGroupInfo", GetGroupInfoRequest.newBuilder().setGroupId(group).build())) {
            assertTrue(answer.next().isEmpty());
            assertEquals(Reason.EXTERNAL_JOIN_CLOSED, answer.reason());
            assertEquals(200, answer.http.statusCode());
            assertTrue(
                answer
                    .http
                    .headers()
                    .firstValue("access-control-expose-headers")
                    .orElseThrow()
                    .contains("grpc-status-details-bin"));
          }
          try (WebPage.Answer answer =
              page.withToken(Optional.empty()).call("Listen", ListenRequest.getDefaultInstance())) {
            assertTrue(answer.next().isEmpty());
            assertEquals(Reason.TOKEN_MISSING, answer.reason());
          }
        });
  }

  @Test
  void aPageIsDeliveredToAndAcknowledges() throws Exception {
    onBoth(
        (page, version) -> {
          ByteString group = ByteString.copyFromUtf8("streamed " + version);
          var submitter = world.client();
          assertTrue(submitter.submit(world.create(group)).hasSequenced());
          long before = world.meter.get("connected");
          try (WebPage.Answer call = page.call("Listen", attachment(group))) {
            ByteString id = frame(call).getOpened().getCallId();
            assertEquals(1, frame(call).getAttached().getSequence());
            assertEquals(1, frame(call).getDelivery().getSequence());
            assertTrue(frame(call).hasCaughtUp());
            assertTrue(submitter.submit(world.message(group, 0, "live")).hasSequenced());
            assertEquals(2, frame(call).getDelivery().getSequence());
            acknowledge(page, id, group, 2, Optional.empty());
            acknowledge(page, id, group, 3, Optional.of(Reason.INVALID_FIELD));
            // After messages, errors come in a frame of trailers.
            assertTrue(call.next().isEmpty());
            assertEquals(Reason.INVALID_FIELD, call.reason());
          }
          try (WebPage.Answer call = page.call("Listen", attachment(group))) {
            assertTrue(frame(call).hasOpened());
          }
          world.meter.await("connected", before);
        });
  }

  private static void acknowledge(
      WebPage page, ByteString id, ByteString group, long sequence, Optional<Reason> refused)
      throws Exception {
    SendRequest request =
        SendRequest.newBuilder()
            .setCallId(id)
            .addFrames(
                ConnectRequest.newBuilder()
                    .setAck(
                        Ack.newBuilder()
                            .setStream(StreamRef.newBuilder().setGroupId(group))
                            .setSequence(sequence)))
            .build();
    try (WebPage.Answer answer = page.call("Send", request)) {
      assertEquals(refused.isEmpty(), answer.next().isPresent());
      if (refused.isPresent()) {
        assertEquals(refused.get(), answer.reason());
      } else {
        assertTrue(answer.next().isEmpty());
        assertEquals(0, answer.status());
      }
    }
  }

  @Test
  void aDrainComesAsATrailersFrame() throws Exception {
    GatewayNode draining = world.anotherGateway();
    try (WebPage page = WebPage.plain(draining.port(), world.token())) {
      drainsInAFrame(draining, page, HttpClient.Version.HTTP_1_1);
    }
  }

  @Test
  void aDrainComesAsATrailersFrameOverHttp2() throws Exception {
    TlsFiles files = LoopbackCertificate.write(Files.createDirectory(dir.resolve("drained")));
    GatewayNode draining = world.gatewayWithTls(files);
    try (WebPage page =
        WebPage.secure(draining.port(), world.token(), trusting(files.certificateChain()))) {
      drainsInAFrame(draining, page, HttpClient.Version.HTTP_2);
    }
  }

  private static void drainsInAFrame(GatewayNode draining, WebPage page, HttpClient.Version version)
      throws Exception {
    try (WebPage.Answer call = page.call("Listen", ListenRequest.getDefaultInstance())) {
      assertEquals(version, call.http.version());
      assertTrue(frame(call).hasOpened());
      Thread closing = Thread.ofVirtual().start(draining::close);
      assertTrue(call.next().isEmpty());
      // The headers came before, and had no status.
      assertTrue(call.http.headers().firstValue("grpc-status").isEmpty());
      assertEquals(Reason.SHUTTING_DOWN, call.reason());
      closing.join();
    }
  }

  @Test
  void whatABrowserDoesNotReadStaysInTheLog() throws Exception {
    ByteString group = ByteString.copyFromUtf8("stalled");
    try (Socket stalled = new Socket()) {
      stalled.setReceiveBufferSize(RECEIVE_BYTES);
      stalled.connect(
          new InetSocketAddress(InetAddress.getLoopbackAddress(), world.gateway.port()));
      List<Long> sequences =
          submittedTo(
              group,
              () ->
                  stalled
                      .getOutputStream()
                      .write(WebPage.raw("Listen", world.token(), attachment(group))));
      DataInputStream in = new DataInputStream(stalled.getInputStream());
      assertEquals(sequences, readSequences(sequences.size(), chunks(in)));
      world.meter.await("slow", 0);
    }
    world.meter.await("attached", 0);
  }

  @Test
  void whatABrowserDoesNotReadOverHttp2StaysInTheLog() throws Exception {
    ByteString group = ByteString.copyFromUtf8("stalled over HTTP/2");
    try (RawHttp2 stalled = RawHttp2.connected(world.gateway.port())) {
      List<Long> sequences =
          submittedTo(
              group,
              () -> {
                stalled.send(
                    RawHttp2.frame(
                        RawHttp2.HEADERS, RawHttp2.END_HEADERS, 1, listenHeaders(world.token())));
                stalled.send(
                    RawHttp2.frame(
                        RawHttp2.DATA,
                        RawHttp2.END_STREAM,
                        1,
                        RawHttp2.message(attachment(group).toByteArray())));
              });
      // Its windows were never opened, and are now: of the connection, and of the call.
      byte[] room = ByteBuffer.allocate(Integer.BYTES).putInt(1 << 30).array();
      stalled.send(RawHttp2.frame(RawHttp2.WINDOW_UPDATE, 0, 0, room));
      stalled.send(RawHttp2.frame(RawHttp2.WINDOW_UPDATE, 0, 1, room));
      assertEquals(
          sequences,
          readSequences(sequences.size(), () -> stalled.await(RawHttp2.DATA, PATIENCE).payload()));
      world.meter.await("slow", 0);
    }
    world.meter.await("attached", 0);
  }

  private static byte[] listenHeaders(String token) {
    ByteArrayOutputStream block = new ByteArrayOutputStream();
    RawHttp2.header(block, ":method", "POST");
    RawHttp2.header(block, ":scheme", "http");
    RawHttp2.header(block, ":path", "/io.lockstep.api.v1.Delivery/Listen");
    RawHttp2.header(block, ":authority", "localhost");
    RawHttp2.header(block, "content-type", "application/grpc-web+proto");
    RawHttp2.header(block, "x-grpc-web", "1");
    RawHttp2.header(block, "origin", GatewayWorld.PAGE);
    RawHttp2.header(block, "authorization", "Bearer " + token);
    return block.toByteArray();
  }

  private interface Listening {
    void begin() throws Exception;
  }

  /** Submits much while somebody listens and does not read, and answers what is to be read. */
  private static List<Long> submittedTo(ByteString group, Listening listening) throws Exception {
    var submitter = world.client();
    assertTrue(submitter.submit(world.create(group)).hasSequenced());
    listening.begin();
    world.meter.await("attached", 1);
    long before = world.meter.get("delivered bytes");
    List<Long> sequences = new ArrayList<>();
    for (int i = 0; i < LARGE_COUNT; i++) {
      byte[] content = new byte[LARGE];
      sequences.add(
          submitter.submit(world.message(group, 0, content)).getSequenced().getSequence());
    }
    world.meter.await("slow", 1);
    long handedOver = world.meter.get("delivered bytes") - before;
    System.out.println("handed over to a browser that does not read: " + handedOver);
    assertTrue(handedOver < STALLED_BYTES_MAX, () -> "handed over " + handedOver);
    return sequences;
  }

  private interface Parts {
    ByteString next() throws Exception;
  }

  /** Of an answer of HTTP/1.1, after its headers. */
  private static Parts chunks(DataInputStream in) throws Exception {
    String status = line(in);
    assertTrue(status.startsWith("HTTP/1.1 200"), status);
    String header = line(in);
    boolean chunked = false;
    while (!header.isEmpty()) {
      chunked |= header.equalsIgnoreCase("transfer-encoding: chunked");
      header = line(in);
    }
    assertTrue(chunked);
    return () -> {
      byte[] chunk = new byte[Integer.parseInt(line(in), 16)];
      in.readFully(chunk);
      assertEquals("", line(in));
      return ByteString.copyFrom(chunk);
    };
  }

  /** Undoes gRPC's frames until so many messages have come. */
  private static List<Long> readSequences(int count, Parts parts) throws Exception {
    List<Long> sequences = new ArrayList<>();
    ByteString left = ByteString.EMPTY;
    while (sequences.size() < count) {
      left = left.concat(parts.next());
      while (left.size() >= WebPage.PREFIX_BYTES) {
        int length = left.substring(1, WebPage.PREFIX_BYTES).asReadOnlyByteBuffer().getInt();
        if (left.size() < WebPage.PREFIX_BYTES + length) {
          break;
        }
        ConnectResponse frame =
            ConnectResponse.parseFrom(
                left.substring(WebPage.PREFIX_BYTES, WebPage.PREFIX_BYTES + length));
        left = left.substring(WebPage.PREFIX_BYTES + length);
        if (frame.hasDelivery() && frame.getDelivery().getSequence() > 1) {
          sequences.add(frame.getDelivery().getSequence());
        }
      }
    }
    return sequences;
  }

  private static String line(DataInputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    int next = in.readUnsignedByte();
    while (next != '\n') {
      line.append((char) next);
      next = in.readUnsignedByte();
    }
    return line.toString().stripTrailing();
  }

  @Test
  void aConnectionOfHttp11IsIdleOnlyWithoutACall() throws Exception {
    GatewayNode quick =
        world.anotherGateway(
            GatewayLimits.DEFAULT.withConnections(
                ConnectionLimits.DEFAULT.withTimes(
                    Duration.ofSeconds(20), IDLE, Duration.ofSeconds(20), Duration.ofSeconds(20))));
    long before = world.meter.get("closed idle");
    ByteString group = ByteString.copyFromUtf8("quiet");
    assertTrue(world.client().submit(world.create(group)).hasSequenced());
    try (WebPage listening = WebPage.plain(quick.port(), world.token());
        WebPage done = WebPage.plain(quick.port(), world.token());
        WebPage.Answer call = listening.call("Listen", attachment(group))) {
      assertTrue(frame(call).hasOpened());
      assertTrue(frame(call).hasAttached());
      assertEquals(1, frame(call).getDelivery().getSequence());
      assertTrue(frame(call).hasCaughtUp());
      try (WebPage.Answer answer = done.call("Submit", world.message(group, 0, "one"))) {
        assertTrue(SubmitResponse.parseFrom(answer.next().orElseThrow()).hasSequenced());
        assertTrue(answer.next().isEmpty());
      }
      assertEquals(2, frame(call).getDelivery().getSequence());
      // The other one was opened later, so this one would have been closed before it.
      world.meter.await("closed idle", before + 1);
      assertTrue(world.client().submit(world.message(group, 0, "two")).hasSequenced());
      assertEquals(3, frame(call).getDelivery().getSequence());
    }
    assertFalse(world.meter.get("closed idle") < before + 1);
  }

  @Test
  void headersOfHttp11AreBounded() throws Exception {
    try (Socket flood = new Socket(InetAddress.getLoopbackAddress(), world.gateway.port())) {
      flood
          .getOutputStream()
          .write(
              ("POST / HTTP/1.1\r\nhost: localhost\r\nx: " + "y".repeat(17 << 10) + "\r\n\r\n")
                  .getBytes(StandardCharsets.US_ASCII));
      String status = line(new DataInputStream(flood.getInputStream()));
      assertTrue(status.contains(" 431 "), status);
    }
  }
}
