package io.lockstep.directory.vertx;

import static io.lockstep.directory.vertx.RawHttp2.CONTINUATION;
import static io.lockstep.directory.vertx.RawHttp2.DATA;
import static io.lockstep.directory.vertx.RawHttp2.END_HEADERS;
import static io.lockstep.directory.vertx.RawHttp2.END_STREAM;
import static io.lockstep.directory.vertx.RawHttp2.GOAWAY;
import static io.lockstep.directory.vertx.RawHttp2.HEADERS;
import static io.lockstep.directory.vertx.RawHttp2.PING;
import static io.lockstep.directory.vertx.RawHttp2.RST_STREAM;
import static io.lockstep.directory.vertx.RawHttp2.SETTINGS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import io.lockstep.api.v1.AuthenticationGrpc;
import io.lockstep.api.v1.LookupRequest;
import io.lockstep.api.v1.LookupResponse;
import io.lockstep.api.v1.RegisterRequest;
import io.lockstep.api.v1.RegisterResponse;
import io.lockstep.chainlog.grpc.GrpcChannels;
import io.lockstep.chainlog.grpc.GrpcEndpoint;
import io.lockstep.chainlog.grpc.LoopbackCertificate;
import io.lockstep.chainlog.grpc.TlsFiles;
import io.lockstep.chainlog.vertx.ConnectionLimits;
import io.lockstep.chainlog.vertx.ConnectionMeter;
import io.lockstep.chainlog.vertx.GrpcClientPort;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the port for clients other than browsers lets connections do. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class GrpcClientPortTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration LONG = Duration.ofMinutes(10);
  private static final int REQUEST_BYTES_MAX = 1 << 10;
  private static final String REGISTER = "/io.lockstep.api.v1.Authentication/Register";
  private static final String LOOKUP = "/io.lockstep.api.v1.Authentication/Lookup";
  private static final int REFUSED_STREAM = 7;
  private static final byte[] CANCEL = {0, 0, 0, 8};
  private static final byte[] MESSAGE = RawHttp2.message(new byte[0]);

  @TempDir private Path dir;
  private final BlockingQueue<String> closed = new LinkedBlockingQueue<>();
  private final AtomicInteger registered = new AtomicInteger();
  private Optional<TlsFiles> served = Optional.empty();
  private Optional<TlsFiles> trusting = Optional.empty();
  private GrpcEndpoint endpoint;
  private ManagedChannel bystander;

  /** Answers Register, and never answers Lookup. */
  private final class Service extends AuthenticationGrpc.AuthenticationImplBase {
    @Override
    public void register(RegisterRequest request, StreamObserver<RegisterResponse> answer) {
      registered.incrementAndGet();
      answer.onNext(RegisterResponse.getDefaultInstance());
      answer.onCompleted();
    }

    @Override
    public void lookup(LookupRequest request, StreamObserver<LookupResponse> answer) {}
  }

  private void start(ConnectionLimits limits) throws IOException {
    ConnectionMeter meter =
        new ConnectionMeter() {
          @Override
          public void open(int change) {}

          @Override
          public void closed(String reason) {
            closed.add(reason);
          }
        };
    endpoint =
        GrpcEndpoint.start(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            served,
            REQUEST_BYTES_MAX,
            List.of(new Service()),
            new GrpcClientPort(limits, meter));
    bystander = channel();
    register(bystander);
  }

  private ManagedChannel channel() {
    return GrpcChannels.open("127.0.0.1:" + endpoint.port(), trusting);
  }

  @AfterEach
  void theOtherClientIsServedStill() {
    if (endpoint != null) {
      register(bystander);
      bystander.shutdownNow();
      endpoint.close();
    }
  }

  private static ConnectionLimits patient() {
    return ConnectionLimits.DEFAULT.withTimes(LONG, LONG, LONG, LONG).withRequest(LONG);
  }

  private static AuthenticationGrpc.AuthenticationBlockingStub stub(ManagedChannel channel) {
    return AuthenticationGrpc.newBlockingStub(channel).withDeadlineAfter(PATIENCE);
  }

  private static void register(ManagedChannel channel) {
    var _ = stub(channel).register(RegisterRequest.getDefaultInstance());
  }

  private static int stream(int number) {
    return 2 * number + 1;
  }

  private static void begin(RawHttp2 raw, int number, String path) throws IOException {
    raw.send(RawHttp2.frame(HEADERS, END_HEADERS, stream(number), RawHttp2.call(path)));
  }

  private static void whole(RawHttp2 raw, int number, String path) throws IOException {
    begin(raw, number, path);
    raw.send(RawHttp2.frame(DATA, END_STREAM, stream(number), MESSAGE));
  }

  /** Makes a call and awaits its trailers. */
  private static void register(RawHttp2 raw, int number) throws IOException {
    whole(raw, number, REGISTER);
    assertEquals(stream(number), ended(raw).stream());
  }

  /** The next frame that ends a stream. */
  private static RawHttp2.Frame ended(RawHttp2 raw) throws IOException {
    RawHttp2.Frame frame = raw.await(HEADERS, PATIENCE);
    while ((frame.flags() & END_STREAM) == 0) {
      frame = raw.await(HEADERS, PATIENCE);
    }
    return frame;
  }

  private void assertClosed(RawHttp2 raw, String reason) throws Exception {
    assertTrue(raw.closedWithin(PATIENCE));
    assertEquals(reason, closed.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS));
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
    TlsFiles files = LoopbackCertificate.write(dir);
    served = Optional.of(files);
    trusting =
        Optional.of(
            new TlsFiles(
                files.certificateChain(),
                files.privateKey(),
                Optional.of(files.certificateChain())));
    start(limits);
    try (RawHttp2 _ = new RawHttp2(endpoint.port())) {
      try (RawHttp2 third = new RawHttp2(endpoint.port())) {
        // Without a word of TLS from here.
        assertClosed(third, reason);
      }
      register(bystander);
    }
    ManagedChannel other = channel();
    var _ = stub(other).withWaitForReady().register(RegisterRequest.getDefaultInstance());
    other.shutdownNow();
  }

  @Test
  void aConnectionThatAsksNothingIsClosedAndOneThatHasAskedStays() throws Exception {
    start(patient().withTimes(Duration.ofSeconds(5), LONG, LONG, LONG));
    try (RawHttp2 useful = RawHttp2.connected(endpoint.port());
        RawHttp2 mute = new RawHttp2(endpoint.port());
        RawHttp2 silent = RawHttp2.connected(endpoint.port());
        RawHttp2 half = RawHttp2.connected(endpoint.port());
        RawHttp2 lost = RawHttp2.connected(endpoint.port())) {
      register(useful, 0);
      begin(half, 0, REGISTER);
      half.send(RawHttp2.frame(DATA, 0, 1, new byte[2]));
      whole(lost, 0, "/io.lockstep.api.v1.Authentication/Nothing");
      for (RawHttp2 one : List.of(mute, silent, half, lost)) {
        assertClosed(one, "no_call");
      }
      register(useful, 1);
    }
  }

  @Test
  void aConnectionWithoutCallsIsToldAndClosed() throws Exception {
    start(patient().withTimes(LONG, Duration.ofSeconds(3), LONG, LONG));
    try (RawHttp2 idle = RawHttp2.connected(endpoint.port());
        RawHttp2 busy = RawHttp2.connected(endpoint.port())) {
      whole(busy, 0, LOOKUP);
      register(idle, 0);
      var _ = idle.await(GOAWAY, PATIENCE);
      assertTrue(idle.closedWithin(PATIENCE));
      assertEquals("idle", closed.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS));
      register(busy, 1);
    }
  }

  @Test
  void aConnectionWhoseOtherEndSaysNothingIsClosed() throws Exception {
    // What grpc-java takes for less than 10 s is 10 s.
    start(patient().withTimes(LONG, LONG, Duration.ofSeconds(10), Duration.ofSeconds(2)));
    try (RawHttp2 gone = RawHttp2.connected(endpoint.port())) {
      whole(gone, 0, LOOKUP);
      assertTrue(gone.closedWithin(PATIENCE.multipliedBy(2)));
    }
  }

  @Test
  void aCallThatIsNotOverInTimeIsEndedWhateverItWaitsFor() throws Exception {
    start(patient().withRequest(Duration.ofSeconds(3)));
    try (RawHttp2 raw = RawHttp2.connected(endpoint.port())) {
      begin(raw, 0, REGISTER);
      raw.send(RawHttp2.frame(DATA, 0, 1, new byte[2]));
      assertEquals(1, ended(raw).stream());
      register(raw, 1);
    }
    StatusRuntimeException late =
        assertThrows(
            StatusRuntimeException.class,
            () ->
                AuthenticationGrpc.newBlockingStub(bystander)
                    .lookup(LookupRequest.getDefaultInstance()));
    assertEquals(Status.Code.DEADLINE_EXCEEDED, late.getStatus().getCode());
  }

  @Test
  void callsThatAreNotWholeAreBounded() throws Exception {
    start(patient());
    try (RawHttp2 raw = RawHttp2.connected(endpoint.port())) {
      for (int i = 0; i < 65; i++) {
        begin(raw, i, REGISTER);
      }
      int refused = ended(raw).stream();
      int other = refused == 1 ? 3 : 1;
      raw.send(RawHttp2.frame(DATA, END_STREAM, other, MESSAGE));
      assertEquals(other, ended(raw).stream(), "only one more than may be on their way in");
      register(raw, 65);
    }
  }

  @Test
  void openCallsAreBounded() throws Exception {
    start(patient());
    try (RawHttp2 raw = RawHttp2.connected(endpoint.port())) {
      for (int i = 0; i < 101; i++) {
        whole(raw, i, LOOKUP);
      }
      RawHttp2.Frame refused = raw.await(RST_STREAM, PATIENCE);
      assertEquals(stream(100), refused.stream());
      assertEquals(REFUSED_STREAM, refused.payload().asReadOnlyByteBuffer().getInt());
    }
  }

  @Test
  void bytesBeforeThereIsAWholeCallAreBounded() throws Exception {
    start(patient().withHeldBytes(1));
    try (RawHttp2 raw = RawHttp2.connected(endpoint.port())) {
      byte[] head = RawHttp2.with(RawHttp2.call(REGISTER), "x", "y".repeat(12_000));
      attack(
          () -> {
            for (int i = 0; i < 20; i++) {
              raw.send(RawHttp2.frame(HEADERS, END_HEADERS, stream(i), head));
            }
          });
      assertClosed(raw, "too_much_held");
    }
  }

  @Test
  void aMessageThatIsTooLargeReachesNobody() throws Exception {
    start(patient());
    try (RawHttp2 raw = RawHttp2.connected(endpoint.port())) {
      begin(raw, 0, REGISTER);
      raw.send(
          RawHttp2.frame(DATA, END_STREAM, 1, RawHttp2.message(new byte[REQUEST_BYTES_MAX + 1])));
      assertEquals(1, ended(raw).stream());
      assertEquals(1, registered.get(), "the other client's");
    }
  }

  @Test
  void headersThatAreTooLargeReachNobody() throws Exception {
    start(patient());
    byte[] block = RawHttp2.call(REGISTER);
    for (int i = 0; i < 100; i++) {
      block = RawHttp2.with(block, "x" + i, "y".repeat(200));
    }
    byte[] first = Arrays.copyOf(block, 12_000);
    byte[] rest = Arrays.copyOfRange(block, 12_000, block.length);
    try (RawHttp2 raw = RawHttp2.connected(endpoint.port())) {
      attack(
          () -> {
            for (int i = 0; i < 50; i++) {
              raw.send(RawHttp2.frame(HEADERS, 0, stream(i), first));
              raw.send(RawHttp2.frame(CONTINUATION, END_HEADERS, stream(i), rest));
              raw.send(RawHttp2.frame(DATA, END_STREAM, stream(i), MESSAGE));
            }
            var _ = ended(raw);
          });
      assertEquals(1, registered.get(), "the other client's");
    }
  }

  @Test
  void headersThatNeverEnd() throws Exception {
    start(patient());
    try (RawHttp2 raw = RawHttp2.connected(endpoint.port())) {
      byte[] some = RawHttp2.with(new byte[0], "x", "y".repeat(1_000));
      attack(
          () -> {
            raw.send(RawHttp2.frame(HEADERS, 0, 1, RawHttp2.call(REGISTER)));
            for (int i = 0; i < 100_000; i++) {
              raw.send(RawHttp2.frame(CONTINUATION, 0, 1, some));
            }
          });
      assertTrue(raw.closedWithin(PATIENCE));
    }
  }

  @Test
  void rapidReset() throws Exception {
    start(patient());
    try (RawHttp2 raw = RawHttp2.connected(endpoint.port())) {
      attack(
          () -> {
            for (int i = 0; i < 100_000; i++) {
              begin(raw, i, LOOKUP);
              raw.send(RawHttp2.frame(RST_STREAM, 0, stream(i), CANCEL));
            }
          });
      assertTrue(raw.closedWithin(PATIENCE));
    }
  }

  @Test
  void aClientThatPingsAllTheTimeIsCutOff() throws Exception {
    start(patient());
    try (RawHttp2 raw = RawHttp2.connected(endpoint.port())) {
      attack(
          () -> {
            for (int i = 0; i < 1_000; i++) {
              raw.send(RawHttp2.frame(PING, 0, 0, new byte[8]));
            }
          });
      assertTrue(raw.closedWithin(PATIENCE));
    }
  }

  @Test
  void settingsWithoutEnd() throws Exception {
    start(patient());
    byte[] settings = RawHttp2.frame(SETTINGS, 0, 0, new byte[0]);
    ByteBuffer many = ByteBuffer.allocate(500 * settings.length);
    for (int i = 0; i < 500; i++) {
      many.put(settings);
    }
    try (RawHttp2 raw = RawHttp2.connected(endpoint.port())) {
      attack(
          () -> {
            for (int i = 0; i < 1_000; i++) {
              raw.send(many.array());
              // Whoever reads the answers fills no queue.
              for (int answer = 0; answer < 500; answer++) {
                var _ = raw.await(SETTINGS, PATIENCE);
              }
            }
          });
      assertClosed(raw, "control_frames");
    }
  }

  private interface Attack {
    void run() throws IOException;
  }

  /** Until all is sent, or the connection is closed. */
  private static void attack(Attack attack) {
    try {
      attack.run();
    } catch (IOException cutOff) {
      // As it should be; the test looks at it from here.
    }
  }
}
