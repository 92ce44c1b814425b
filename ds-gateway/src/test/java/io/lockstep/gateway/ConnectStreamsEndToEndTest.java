package io.lockstep.gateway;

import static io.lockstep.gateway.RawHttp2.DATA;
import static io.lockstep.gateway.RawHttp2.END_HEADERS;
import static io.lockstep.gateway.RawHttp2.END_STREAM;
import static io.lockstep.gateway.RawHttp2.GOAWAY;
import static io.lockstep.gateway.RawHttp2.HEADERS;
import static io.lockstep.gateway.RawHttp2.PING;
import static io.lockstep.gateway.RawHttp2.RST_STREAM;
import static io.lockstep.gateway.RawHttp2.WINDOW_UPDATE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.lockstep.api.v1.Attach;
import io.lockstep.api.v1.ConnectRequest;
import io.lockstep.api.v1.ConnectResponse;
import io.lockstep.api.v1.Detach;
import io.lockstep.api.v1.Reason;
import io.lockstep.api.v1.StreamRef;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Exception;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Connect calls as Netty's codec serves them, beside those that Vert.x serves. */
@Timeout(120)
class ConnectStreamsEndToEndTest {
  private static final String CONNECT = "/io.lockstep.api.v1.Delivery/Connect";
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final ByteString GROUP = ByteString.copyFromUtf8("streams");
  private static final int MESSAGES = 5;
  private static final int WINDOW = 65_535;
  private static final int STREAM = 1;
  private static final int PRIORITY = 0x20;
  private static final int INITIAL_WINDOW_SIZE = 4;
  private static final int PREFIX = 5;

  /** Vert.x serves calls that have a deadline. */
  private static final String[] DEADLINE = {"grpc-timeout", "1H"};

  @TempDir private static Path dir;
  private static GatewayWorld world;

  /** What a call is told: heads and trailers as fields, and the messages in between. */
  private static final class Told {
    private final DefaultHttp2HeadersDecoder decoder = new DefaultHttp2HeadersDecoder();
    private final ByteArrayOutputStream data = new ByteArrayOutputStream();
    final List<Map<String, String>> heads = new ArrayList<>();
    boolean ended;
    boolean reset;

    String field(String name) {
      return heads.getLast().getOrDefault(name, "");
    }

    List<ConnectResponse> messages() throws IOException {
      List<ConnectResponse> all = new ArrayList<>();
      ByteBuffer rest = ByteBuffer.wrap(data.toByteArray());
      while (rest.remaining() >= PREFIX
          && rest.remaining() >= PREFIX + rest.getInt(rest.position() + 1)) {
        assertEquals(0, rest.get());
        byte[] message = new byte[rest.getInt()];
        rest.get(message);
        all.add(ConnectResponse.parseFrom(message));
      }
      return all;
    }

    private void take(RawHttp2.Frame frame) throws Http2Exception {
      switch (frame.type()) {
        case HEADERS -> {
          byte[] block = frame.payload().toByteArray();
          // Priority, which nobody heeds: 5 bytes before the block (RFC 9113, 6.2).
          int from = (frame.flags() & PRIORITY) == 0 ? 0 : 5;
          Map<String, String> head = new TreeMap<>();
          decoder
              .decodeHeaders(
                  frame.stream(), Unpooled.wrappedBuffer(block, from, block.length - from))
              .forEach(field -> head.put(field.getKey().toString(), field.getValue().toString()));
          heads.add(head);
          ended |= (frame.flags() & END_STREAM) != 0;
        }
        case DATA -> data.writeBytes(frame.payload().toByteArray());
        case RST_STREAM -> reset = true;
        default -> {}
      }
    }

    /** Reads on until there are so many messages, or the call has ended. */
    Told read(RawHttp2 raw, int enough) throws IOException, Http2Exception {
      while (!ended && !reset && messages().size() < enough) {
        RawHttp2.Frame frame = raw.next(PATIENCE);
        if (frame.stream() == STREAM) {
          take(frame);
        }
      }
      return this;
    }

    Told readAll(RawHttp2 raw) throws IOException, Http2Exception {
      return read(raw, Integer.MAX_VALUE);
    }
  }

  @BeforeAll
  static void start() throws Exception {
    world = new GatewayWorld(dir, GatewayLimits.DEFAULT);
    assertTrue(world.client().submit(world.create(GROUP)).hasSequenced());
    for (int i = 0; i < MESSAGES; i++) {
      assertTrue(world.client().submit(world.message(GROUP, 0, "message " + i)).hasSequenced());
    }
  }

  @AfterAll
  static void stop() {
    if (world != null) {
      world.close();
    }
  }

  private static byte[] message(ConnectRequest.Builder frame) {
    return RawHttp2.message(frame.build().toByteArray());
  }

  private static StreamRef group() {
    return StreamRef.newBuilder().setGroupId(GROUP).build();
  }

  private static byte[] attach() {
    return message(
        ConnectRequest.newBuilder()
            .setAttach(
                Attach.newBuilder()
                    .setStream(group())
                    .setPass(GatewayWorld.pass(GROUP, 0))
                    .setPassSequence(1)));
  }

  private static byte[] detach() {
    return message(ConnectRequest.newBuilder().setDetach(Detach.newBuilder().setStream(group())));
  }

  private static byte[] call(String token, String... more) {
    ByteArrayOutputStream block = new ByteArrayOutputStream();
    block.writeBytes(RawHttp2.call(CONNECT, token));
    for (int i = 0; i < more.length; i += 2) {
      RawHttp2.header(block, more[i], more[i + 1]);
    }
    return block.toByteArray();
  }

  private static RawHttp2 called(String token, String... more) throws IOException {
    RawHttp2 raw = RawHttp2.connected(world.gateway.port());
    raw.send(RawHttp2.frame(HEADERS, END_HEADERS, STREAM, call(token, more)));
    return raw;
  }

  private static void say(RawHttp2 raw, byte[] bytes) throws IOException {
    raw.send(RawHttp2.frame(DATA, 0, STREAM, bytes));
  }

  private static void sayLast(RawHttp2 raw, byte[] bytes) throws IOException {
    raw.send(RawHttp2.frame(DATA, END_STREAM, STREAM, bytes));
  }

  /** A call that reads all there is, and then says that this was all. */
  private static Told wholeCall(String... more) throws Exception {
    try (RawHttp2 raw = called(world.token(), more)) {
      byte[] asked = attach();
      say(raw, Arrays.copyOf(asked, 3));
      say(raw, Arrays.copyOfRange(asked, 3, 40));
      say(raw, Arrays.copyOfRange(asked, 40, asked.length));
      Told told = new Told().read(raw, 3 + MESSAGES);
      sayLast(raw, new byte[0]);
      return told.readAll(raw);
    }
  }

  private static void assertSame(Told plain, Told byVertx) throws IOException {
    // Vert.x says so, but what is compressed is refused; and how long an answer without messages
    // is.
    byVertx.heads.forEach(
        fields -> fields.keySet().removeAll(List.of("grpc-accept-encoding", "content-length")));
    assertEquals(byVertx.heads, plain.heads);
    assertEquals(byVertx.messages(), plain.messages());
  }

  @Test
  void aCallIsToldTheSameAsOneThatVertxServes() throws Exception {
    Told plain = wholeCall();
    assertEquals(3 + MESSAGES, plain.messages().size());
    assertTrue(plain.messages().getFirst().hasAttached());
    assertEquals("0", plain.field("grpc-status"));
    assertSame(plain, wholeCall(DEADLINE));
  }

  @Test
  void aRefusalIsToldAsByVertx() throws Exception {
    try (RawHttp2 raw = called("");
        RawHttp2 other = called("", DEADLINE)) {
      Told plain = new Told().readAll(raw);
      assertEquals(1, plain.heads.size());
      assertSame(plain, new Told().readAll(other));
    }
  }

  @Test
  void anErrorInTheMiddleIsToldAsByVertx() throws Exception {
    try (RawHttp2 raw = called(world.token());
        RawHttp2 other = called(world.token(), DEADLINE)) {
      say(raw, RawHttp2.message(new byte[0]));
      say(other, RawHttp2.message(new byte[0]));
      Told plain = new Told().readAll(raw);
      assertEquals(2, plain.heads.size());
      assertEquals("3", plain.field("grpc-status"));
      assertSame(plain, new Told().readAll(other));
    }
  }

  @Test
  void aCallThatTheGatewayEndsIsClosedWhateverTheClientHasStillToSay() throws Exception {
    try (RawHttp2 raw = called(world.token())) {
      say(raw, RawHttp2.message(new byte[0]));
      Told told = new Told().readAll(raw);
      assertTrue(told.ended);
      RawHttp2.Frame reset = raw.await(RST_STREAM, PATIENCE);
      assertEquals(0, reset.payload().asReadOnlyByteBuffer().getInt(), "NO_ERROR");
    }
  }

  private static String failure(byte[] said, boolean last) throws Exception {
    try (RawHttp2 raw = called(world.token())) {
      if (last) {
        sayLast(raw, said);
      } else {
        say(raw, said);
      }
      Told told = new Told().readAll(raw);
      assertEquals(2, told.heads.size());
      return told.field("grpc-status")
          + " "
          + URLDecoder.decode(told.field("grpc-message"), StandardCharsets.UTF_8);
    }
  }

  @Test
  void whatIsNoMessageIsRefused() throws Exception {
    assertEquals(
        "3 INVALID_FIELD: messages must be protobuf, not compressed",
        failure(new byte[] {1, 0, 0, 0, 0}, false));
    assertEquals(
        "3 INVALID_FIELD: the last frame is not whole",
        failure(new byte[] {0, 0, 0, 0, 9, 8}, true));
    assertEquals(
        "8 PAYLOAD_TOO_LARGE: a frame must not be larger than 16384 bytes",
        failure(new byte[] {0, 0, 0, 64, 1}, false));
  }

  @Test
  void aClientThatDoesNotReadIsNotHeardAndHeardAgainWhenItReads() throws Exception {
    int times = 4_000;
    byte[] detach = detach();
    try (RawHttp2 raw = RawHttp2.connected(world.gateway.port(), INITIAL_WINDOW_SIZE, 0)) {
      raw.send(RawHttp2.frame(HEADERS, END_HEADERS, STREAM, call(world.token())));
      int window = WINDOW;
      int said = 0;
      // As much as the gateway's window has room for: it gives nothing back once it does not hear.
      while (said < times && window >= detach.length) {
        say(raw, detach);
        window -= detach.length;
        said++;
      }
      assertTrue(said < times);
      raw.send(RawHttp2.frame(PING, 0, 0, new byte[8]));
      raw.await(PING, PATIENCE);
      Told told = new Told();
      raw.send(RawHttp2.frame(WINDOW_UPDATE, 0, STREAM, number(1 << 24)));
      raw.send(RawHttp2.frame(WINDOW_UPDATE, 0, 0, number(1 << 24)));
      sayLast(raw, new byte[0]);
      told.readAll(raw);
      assertEquals(said, told.messages().size());
      assertEquals(Reason.NOT_ATTACHED, told.messages().getLast().getDetached().getReason());
      assertEquals("0", told.field("grpc-status"));
    }
  }

  @Test
  void aCallThatIsResetIsOver() throws Exception {
    long before = world.meter.get("connected");
    try (RawHttp2 raw = called(world.token())) {
      say(raw, attach());
      var _ = new Told().read(raw, 1);
      world.meter.await("connected", before + 1);
      raw.send(RawHttp2.frame(RST_STREAM, 0, STREAM, number(8)));
      world.meter.await("connected", before);
      assertEquals(0, world.meter.get("attached"));
    }
  }

  @Test
  void callsEndWithTheirConnections() throws Exception {
    long before = world.meter.get("connected");
    int connections = 5;
    List<RawHttp2> all = new ArrayList<>();
    for (int i = 0; i < connections; i++) {
      RawHttp2 raw = called(world.token());
      all.add(raw);
      say(raw, attach());
      var _ = new Told().read(raw, 1);
    }
    world.meter.await("connected", before + connections);
    for (RawHttp2 raw : all) {
      raw.close();
    }
    world.meter.await("connected", before);
  }

  @Test
  void anErrorOfTheConnectionEndsItWithAGoAwayAndItsCallsWithIt() throws Exception {
    long before = world.meter.get("connected");
    try (RawHttp2 raw = called(world.token())) {
      say(raw, attach());
      var _ = new Told().read(raw, 1);
      world.meter.await("connected", before + 1);
      // DATA on no stream (RFC 9113, 6.1).
      raw.send(RawHttp2.frame(DATA, 0, 0, new byte[1]));
      assertEquals(0, raw.await(GOAWAY, PATIENCE).stream());
      assertTrue(raw.closedWithin(PATIENCE));
      world.meter.await("connected", before);
    }
  }

  private static byte[] number(int value) {
    return ByteBuffer.allocate(4).putInt(value).array();
  }
}
