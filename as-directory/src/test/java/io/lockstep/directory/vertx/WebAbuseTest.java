package io.lockstep.directory.vertx;

import static io.lockstep.directory.vertx.RawHttp2.CONTINUATION;
import static io.lockstep.directory.vertx.RawHttp2.DATA;
import static io.lockstep.directory.vertx.RawHttp2.END_HEADERS;
import static io.lockstep.directory.vertx.RawHttp2.END_STREAM;
import static io.lockstep.directory.vertx.RawHttp2.HEADERS;
import static io.lockstep.directory.vertx.RawHttp2.PING;
import static io.lockstep.directory.vertx.RawHttp2.RST_STREAM;
import static io.lockstep.directory.vertx.RawHttp2.SETTINGS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.stub.StreamObserver;
import io.lockstep.api.v1.AuthenticationGrpc;
import io.lockstep.api.v1.LookupRequest;
import io.lockstep.api.v1.LookupResponse;
import io.lockstep.api.v1.RegisterRequest;
import io.lockstep.api.v1.RegisterResponse;
import io.lockstep.chainlog.grpc.WebOrigins;
import io.lockstep.chainlog.vertx.ConnectionLimits;
import io.lockstep.chainlog.vertx.ConnectionMeter;
import io.lockstep.directory.WebConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What HTTP/2 lets a hostile client do on the port for browsers. Another page's connection is
 * served before and after.
 */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class WebAbuseTest {
  private static final String PAGE = "https://chat.example";
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration LONG = Duration.ofMinutes(10);
  private static final int REQUEST_BYTES_MAX = 1 << 10;
  private static final int REFUSED_STREAM = 7;
  private static final byte[] CANCEL = {0, 0, 0, 8};
  private static final byte[] MESSAGE = RawHttp2.message(new byte[0]);
  private static final byte[] REGISTER =
      RawHttp2.webCall("/io.lockstep.api.v1.Authentication/Register", PAGE);
  private static final byte[] LOOKUP =
      RawHttp2.webCall("/io.lockstep.api.v1.Authentication/Lookup", PAGE);

  private final BlockingQueue<String> closed = new LinkedBlockingQueue<>();
  private final AtomicInteger registered = new AtomicInteger();
  private WebEndpoint endpoint;
  private RawHttp2 bystander;

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

  @BeforeEach
  void start() throws IOException {
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
        WebEndpoint.start(
            new WebConfig(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                Optional.empty(),
                WebOrigins.of(List.of(PAGE)),
                ConnectionLimits.DEFAULT.withTimes(LONG, LONG, LONG, LONG).withRequest(LONG),
                LONG,
                meter),
            REQUEST_BYTES_MAX,
            new Service());
    bystander = RawHttp2.connected(endpoint.port());
    register(bystander, 0);
  }

  @AfterEach
  void theOtherPageIsServedStill() throws IOException {
    if (bystander != null) {
      register(bystander, 1);
      bystander.close();
      endpoint.close();
    }
  }

  private static int stream(int number) {
    return 2 * number + 1;
  }

  private static void begin(RawHttp2 raw, int number, byte[] call) throws IOException {
    raw.send(RawHttp2.frame(HEADERS, END_HEADERS, stream(number), call));
  }

  private static void end(RawHttp2 raw, int number) throws IOException {
    raw.send(RawHttp2.frame(DATA, END_STREAM, stream(number), MESSAGE));
  }

  private static void register(RawHttp2 raw, int number) throws IOException {
    begin(raw, number, REGISTER);
    end(raw, number);
    assertEquals(stream(number), ended(raw).stream());
  }

  /** The next frame that ends an answer. */
  private static RawHttp2.Frame ended(RawHttp2 raw) throws IOException {
    RawHttp2.Frame frame = raw.next(PATIENCE);
    while ((frame.type() != DATA && frame.type() != HEADERS) || (frame.flags() & END_STREAM) == 0) {
      frame = raw.next(PATIENCE);
    }
    return frame;
  }

  private interface Attack {
    void on(RawHttp2 raw) throws IOException;
  }

  /** Until all is sent, or the connection is closed. */
  private static void attack(RawHttp2 raw, Attack attack) {
    try {
      attack.on(raw);
    } catch (IOException cutOff) {
      // As it should be; the test looks at it from here.
    }
  }

  private void assertCutOff(Attack attack) throws IOException {
    try (RawHttp2 raw = RawHttp2.connected(endpoint.port())) {
      attack(raw, attack);
      assertTrue(raw.closedWithin(PATIENCE));
    }
  }

  private static byte[] repeat(byte[] frame, int times) {
    ByteBuffer all = ByteBuffer.allocate(frame.length * times);
    for (int i = 0; i < times; i++) {
      all.put(frame);
    }
    return all.array();
  }

  @Test
  void requestsThatAreNotWholeAreBounded() throws IOException {
    try (RawHttp2 raw = RawHttp2.connected(endpoint.port())) {
      for (int i = 0; i < 65; i++) {
        begin(raw, i, REGISTER);
      }
      assertEquals(stream(64), raw.await(RST_STREAM, PATIENCE).stream(), "one more than may be");
      end(raw, 0);
      assertEquals(1, ended(raw).stream());
      begin(raw, 65, REGISTER);
      begin(raw, 66, REGISTER);
      assertEquals(stream(66), raw.await(RST_STREAM, PATIENCE).stream());
      end(raw, 65);
      assertEquals(stream(65), ended(raw).stream());
    }
  }

  @Test
  void openCallsAreBounded() throws IOException {
    try (RawHttp2 raw = RawHttp2.connected(endpoint.port())) {
      for (int i = 0; i < 101; i++) {
        begin(raw, i, LOOKUP);
        end(raw, i);
      }
      RawHttp2.Frame refused = raw.await(RST_STREAM, PATIENCE);
      assertEquals(stream(100), refused.stream());
      assertEquals(REFUSED_STREAM, refused.payload().asReadOnlyByteBuffer().getInt());
    }
  }

  @Test
  void aMessageThatIsTooLargeReachesNobody() throws IOException {
    try (RawHttp2 raw = RawHttp2.connected(endpoint.port())) {
      begin(raw, 0, REGISTER);
      raw.send(
          RawHttp2.frame(DATA, END_STREAM, 1, RawHttp2.message(new byte[REQUEST_BYTES_MAX + 1])));
      RawHttp2.Frame answer = raw.next(PATIENCE);
      while (answer.stream() != 1) {
        answer = raw.next(PATIENCE);
      }
      begin(raw, 1, REGISTER);
      end(raw, 1);
      while (answer.stream() != 3) {
        answer = raw.next(PATIENCE);
      }
      assertEquals(2, registered.get(), "this one's second and the other page's");
    }
  }

  @Test
  void headersThatAreTooLargeReachNobody() throws IOException {
    byte[] block = REGISTER;
    for (int i = 0; i < 100; i++) {
      block = RawHttp2.with(block, "x" + i, "y".repeat(200));
    }
    byte[] first = Arrays.copyOf(block, 12_000);
    byte[] rest = Arrays.copyOfRange(block, 12_000, block.length);
    try (RawHttp2 raw = RawHttp2.connected(endpoint.port())) {
      attack(
          raw,
          all -> {
            for (int i = 0; i < 50; i++) {
              all.send(RawHttp2.frame(HEADERS, 0, stream(i), first));
              all.send(RawHttp2.frame(CONTINUATION, END_HEADERS, stream(i), rest));
              end(all, i);
            }
            register(all, 50);
          });
    }
    assertTrue(registered.get() <= 2, "this one's last and the other page's");
  }

  @Test
  void headersThatNeverEnd() throws IOException {
    byte[] some = RawHttp2.with(new byte[0], "x", "y".repeat(1_000));
    assertCutOff(
        raw -> {
          raw.send(RawHttp2.frame(HEADERS, 0, 1, REGISTER));
          for (int i = 0; i < 100_000; i++) {
            raw.send(RawHttp2.frame(CONTINUATION, 0, 1, some));
          }
        });
    assertCutOff(
        raw -> {
          raw.send(RawHttp2.frame(HEADERS, 0, 1, REGISTER));
          for (int i = 0; i < 1_000_000; i++) {
            raw.send(RawHttp2.frame(CONTINUATION, 0, 1, new byte[0]));
          }
        });
  }

  @Test
  void rapidReset() throws IOException {
    assertCutOff(
        raw -> {
          for (int i = 0; i < 100_000; i++) {
            begin(raw, i, LOOKUP);
            raw.send(RawHttp2.frame(RST_STREAM, 0, stream(i), CANCEL));
          }
        });
  }

  @Test
  void emptyFrames() throws IOException {
    byte[] empty = repeat(RawHttp2.frame(DATA, 0, 1, new byte[0]), 1_000);
    assertCutOff(
        raw -> {
          begin(raw, 0, REGISTER);
          for (int i = 0; i < 10_000; i++) {
            raw.send(empty);
          }
        });
  }

  @Test
  void pingsAndSettingsWithoutEnd() throws Exception {
    for (int type : new int[] {PING, SETTINGS}) {
      byte[] many = repeat(RawHttp2.frame(type, 0, 0, new byte[type == PING ? 8 : 0]), 500);
      assertCutOff(
          raw -> {
            for (int i = 0; i < 10_000; i++) {
              raw.send(many);
              // Whoever reads the answers fills no queue.
              for (int answer = 0; answer < 500; answer++) {
                var _ = raw.await(type, PATIENCE);
              }
            }
          });
      assertEquals("control_frames", closed.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS));
    }
  }
}
