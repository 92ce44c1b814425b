package io.lockstep.gateway;

import static io.lockstep.gateway.RawHttp2.ACK;
import static io.lockstep.gateway.RawHttp2.CONTINUATION;
import static io.lockstep.gateway.RawHttp2.DATA;
import static io.lockstep.gateway.RawHttp2.END_HEADERS;
import static io.lockstep.gateway.RawHttp2.END_STREAM;
import static io.lockstep.gateway.RawHttp2.HEADERS;
import static io.lockstep.gateway.RawHttp2.PING;
import static io.lockstep.gateway.RawHttp2.RST_STREAM;
import static io.lockstep.gateway.RawHttp2.SETTINGS;
import static io.lockstep.gateway.RawHttp2.WINDOW_UPDATE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.lockstep.api.v1.Attach;
import io.lockstep.api.v1.ConnectRequest;
import io.lockstep.api.v1.DeliveryGrpc;
import io.lockstep.api.v1.StreamRef;
import io.lockstep.chainlog.vertx.ConnectionLimits;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What HTTP/2 lets a hostile client do. Each time another client goes on sending and receiving on
 * its own connection, each message within its deadline, and the process does not grow by what the
 * attacker has sent.
 */
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class HttpAbuseEndToEndTest {
  private static final String CONNECT = "/io.lockstep.api.v1.Delivery/Connect";
  private static final String SUBMIT = "/io.lockstep.api.v1.Delivery/Submit";
  private static final int INITIAL_WINDOW_SIZE = 4;
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final Duration DEADLINE = Duration.ofSeconds(10);
  private static final Duration REQUEST = Duration.ofSeconds(2);

  /** Messages that the other client sends and receives at least, while the attack goes on. */
  private static final int ROUNDS_MIN = 10;

  private static final long GROWTH_BYTES_MAX = 48 << 20;
  private static final ByteString GROUP = ByteString.copyFromUtf8("bystanders");

  @TempDir private static Path dir;
  private static GatewayWorld world;
  private static DeliveryGrpc.DeliveryBlockingStub submitter;
  private static ConnectedClient receiver;
  private static long sequence;

  /** What is done on one connection; ends when the gateway has closed it, or when all is sent. */
  private interface Attack {
    void on(RawHttp2 raw) throws IOException;
  }

  @BeforeAll
  static void start() throws Exception {
    world =
        new GatewayWorld(
            dir,
            GatewayLimits.DEFAULT.withConnections(
                ConnectionLimits.DEFAULT.withRequest(REQUEST).withHeldBytes(2 << 20)));
    submitter = world.client();
    assertTrue(submitter.submit(world.create(GROUP)).hasSequenced());
    receiver = ConnectedClient.connect(world.streaming(world.gateway, Optional.of(world.token())));
    receiver.attachGroup(GROUP, 1, GatewayWorld.pass(GROUP, 0), 1);
    assertTrue(receiver.next().hasAttached());
    assertTrue(receiver.next().hasCaughtUp());
    sequence = 1;
    oneRound();
  }

  @AfterAll
  static void stop() {
    if (world != null) {
      receiver.cancel();
      world.close();
      assertEquals(List.of(), List.copyOf(world.strangeStatuses));
    }
  }

  private static void oneRound() throws Exception {
    sequence++;
    long place =
        submitter
            .withDeadlineAfter(DEADLINE.toMillis(), TimeUnit.MILLISECONDS)
            .submit(world.message(GROUP, 0, "well behaved"))
            .getSequenced()
            .getSequence();
    assertEquals(sequence, place);
    assertEquals(sequence, receiver.deliveries(1).getFirst().getSequence());
    receiver.ack(GROUP, sequence, ByteString.EMPTY, 0);
  }

  private static long used() {
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory();
  }

  /** Whether the gateway has closed the attacker's connection. */
  private static boolean survive(Attack attack, int... settings) throws Exception {
    long before = used();
    try (RawHttp2 raw = RawHttp2.connected(world.gateway.port(), settings)) {
      FutureTask<Boolean> closed = new FutureTask<>(() -> attacked(raw, attack));
      Thread attacker = Thread.ofPlatform().name("attacker").start(closed);
      int rounds = 0;
      while (!closed.isDone() || rounds < ROUNDS_MIN) {
        oneRound();
        rounds++;
      }
      attacker.join();
      long growth = used() - before;
      assertTrue(growth < GROWTH_BYTES_MAX, () -> "grew by " + growth + " bytes");
      return closed.get();
    } catch (ExecutionException e) {
      throw new AssertionError(e.getCause());
    }
  }

  private static boolean attacked(RawHttp2 raw, Attack attack) {
    try {
      attack.on(raw);
      return false;
    } catch (IOException closed) {
      return true;
    }
  }

  private static int stream(int number) {
    return 2 * number + 1;
  }

  private static byte[] fourBytes(int value) {
    return ByteBuffer.allocate(4).putInt(value).array();
  }

  @Test
  void rapidReset() throws Exception {
    byte[] call = RawHttp2.call(CONNECT, world.token());
    assertTrue(
        survive(
            raw -> {
              for (int i = 0; i < 100_000; i++) {
                raw.send(RawHttp2.frame(HEADERS, END_HEADERS, stream(i), call));
                raw.send(RawHttp2.frame(RST_STREAM, 0, stream(i), fourBytes(8)));
              }
            }));
    world.meter.await("connected", 1);
  }

  @Test
  void headersThatNeverEnd() throws Exception {
    byte[] call = RawHttp2.call(CONNECT, "");
    assertTrue(
        survive(
            raw -> {
              raw.send(RawHttp2.frame(HEADERS, 0, 1, call));
              byte[] some = header("x", "y");
              for (int i = 0; i < 5_000_000; i++) {
                raw.send(RawHttp2.frame(CONTINUATION, 0, 1, some));
              }
            }));
    assertTrue(
        survive(
            raw -> {
              raw.send(RawHttp2.frame(HEADERS, 0, 1, call));
              byte[] much = header("x", "y".repeat(16_000));
              for (int i = 0; i < 20_000; i++) {
                raw.send(RawHttp2.frame(CONTINUATION, 0, 1, much));
              }
            }));
    assertTrue(
        survive(
            raw -> {
              raw.send(RawHttp2.frame(HEADERS, 0, 1, call));
              for (int i = 0; i < 5_000_000; i++) {
                raw.send(RawHttp2.frame(CONTINUATION, 0, 1, new byte[0]));
              }
            }));
  }

  private static byte[] header(String name, String value) {
    ByteArrayOutputStream block = new ByteArrayOutputStream();
    RawHttp2.header(block, name, value);
    return block.toByteArray();
  }

  @Test
  void headersThatAreTooLarge() throws Exception {
    ByteArrayOutputStream block = new ByteArrayOutputStream();
    block.writeBytes(RawHttp2.call(CONNECT, ""));
    for (int i = 0; i < 100; i++) {
      RawHttp2.header(block, "x" + i, "y".repeat(200));
    }
    byte[] first = Arrays.copyOf(block.toByteArray(), 12_000);
    byte[] rest = Arrays.copyOfRange(block.toByteArray(), 12_000, block.toByteArray().length);
    assertRefusedOrClosed(
        raw -> {
          for (int i = 0; i < 2_000; i++) {
            raw.send(RawHttp2.frame(HEADERS, END_STREAM, stream(i), first));
            raw.send(RawHttp2.frame(CONTINUATION, END_HEADERS, stream(i), rest));
          }
        });
  }

  @Test
  void headersThatAreSmallAndBecomeLarge() throws Exception {
    ByteArrayOutputStream block = new ByteArrayOutputStream();
    block.writeBytes(RawHttp2.call(CONNECT, ""));
    // Into the dynamic table (RFC 7541, 6.2.1), and then named 4,000 times by one byte.
    block.write(0x40);
    byte[] entry = header("x", "y".repeat(3_000));
    block.write(entry, 1, entry.length - 1);
    for (int i = 0; i < 4_000; i++) {
      block.write(0x80 | 62);
    }
    byte[] bomb = block.toByteArray();
    assertRefusedOrClosed(
        raw -> {
          for (int i = 0; i < 2_000; i++) {
            raw.send(RawHttp2.frame(HEADERS, END_HEADERS | END_STREAM, stream(i), bomb));
          }
        });
  }

  private static void assertRefusedOrClosed(Attack attack) throws Exception {
    long before = world.meter.get("connected");
    var _ = survive(attack);
    assertEquals(before, world.meter.get("connected"));
  }

  @Test
  void pingsWithoutReading() throws Exception {
    byte[] pings = repeat(RawHttp2.frame(PING, 0, 0, new byte[8]), 1_000);
    assertTrue(
        survive(
            raw -> {
              for (int i = 0; i < 10_000; i++) {
                raw.send(pings);
              }
            }));
  }

  /** Whoever reads the answers fills no queue of the gateway, and costs it as much. */
  @Test
  void pingsThatAreRead() throws Exception {
    long before = world.meter.get("closed control_frames");
    byte[] pings = repeat(RawHttp2.frame(PING, 0, 0, new byte[8]), 500);
    assertTrue(
        survive(
            raw -> {
              for (int i = 0; i < 10_000; i++) {
                raw.send(pings);
                for (int answer = 0; answer < 500; answer++) {
                  raw.await(PING, PATIENCE);
                }
              }
            }));
    assertEquals(before + 1, world.meter.get("closed control_frames"));
  }

  @Test
  void aFewHundredPingsAtOnceAreAnswered() throws Exception {
    try (RawHttp2 raw = RawHttp2.connected(world.gateway.port())) {
      raw.send(repeat(RawHttp2.frame(PING, 0, 0, new byte[8]), 500));
      for (int answer = 0; answer < 500; answer++) {
        assertEquals(RawHttp2.ACK, raw.await(PING, PATIENCE).flags());
      }
    }
  }

  @Test
  void settingsWithoutReading() throws Exception {
    byte[] settings = repeat(RawHttp2.frame(SETTINGS, 0, 0, new byte[0]), 1_000);
    assertTrue(
        survive(
            raw -> {
              for (int i = 0; i < 10_000; i++) {
                raw.send(settings);
              }
            }));
  }

  @Test
  void emptyFrames() throws Exception {
    byte[] call = RawHttp2.call(SUBMIT, "");
    byte[] empty = repeat(RawHttp2.frame(DATA, 0, 1, new byte[0]), 1_000);
    assertTrue(
        survive(
            raw -> {
              raw.send(RawHttp2.frame(HEADERS, END_HEADERS, 1, call));
              for (int i = 0; i < 10_000; i++) {
                raw.send(empty);
              }
            }));
  }

  private static byte[] repeat(byte[] frame, int times) {
    ByteBuffer all = ByteBuffer.allocate(frame.length * times);
    for (int i = 0; i < times; i++) {
      all.put(frame);
    }
    return all.array();
  }

  @Test
  void streamsWithoutAWindow() throws Exception {
    ByteString group = ByteString.copyFromUtf8("large");
    assertTrue(submitter.submit(world.create(group)).hasSequenced());
    for (int i = 0; i < 60; i++) {
      assertTrue(submitter.submit(world.message(group, 0, new byte[64 << 10])).hasSequenced());
    }
    byte[] attach =
        RawHttp2.message(
            ConnectRequest.newBuilder()
                .setAttach(
                    Attach.newBuilder()
                        .setStream(StreamRef.newBuilder().setGroupId(group))
                        .setPass(GatewayWorld.pass(group, 0))
                        .setPassSequence(1))
                .build()
                .toByteArray());
    byte[] call = RawHttp2.call(CONNECT, world.token());
    int streams = 200;
    assertFalse(
        survive(
            raw -> {
              for (int i = 0; i < streams; i++) {
                raw.send(RawHttp2.frame(HEADERS, END_HEADERS, stream(i), call));
                raw.send(RawHttp2.frame(DATA, 0, stream(i), attach));
              }
              // One byte at a time, for some of them.
              for (int i = 0; i < 2_000; i++) {
                raw.send(RawHttp2.frame(WINDOW_UPDATE, 0, stream(i % 10), fourBytes(1)));
              }
              raw.send(RawHttp2.frame(PING, 0, 0, new byte[8]));
              RawHttp2.Frame pong = raw.await(PING, PATIENCE);
              assertEquals(ACK, pong.flags());
            },
            INITIAL_WINDOW_SIZE,
            0));
    world.meter.await("connected", 1);
  }

  @Test
  void requestsThatAreNeverWhole() throws Exception {
    long before = world.meter.get("closed too_much_held");
    byte[] submit = RawHttp2.call(SUBMIT, "");
    byte[] begin = RawHttp2.message(new byte[1 << 20]);
    byte[] some = Arrays.copyOf(begin, 16_000);
    assertTrue(
        survive(
            raw -> {
              int window = 65_535;
              for (int i = 0; i < 1_000; i++) {
                raw.send(RawHttp2.frame(HEADERS, END_HEADERS, stream(i), submit));
                for (int part = 0; part < 4; part++) {
                  while (window < some.length) {
                    RawHttp2.Frame frame = raw.await(WINDOW_UPDATE, PATIENCE);
                    window +=
                        frame.stream() == 0 ? frame.payload().asReadOnlyByteBuffer().getInt() : 0;
                  }
                  raw.send(RawHttp2.frame(DATA, 0, stream(i), some));
                  window -= some.length;
                }
              }
            }));
    world.meter.await("closed too_much_held", before + 1);
  }

  @Test
  void aRequestThatComesByteByByte() throws Exception {
    byte[] connect = RawHttp2.call(CONNECT, world.token());
    byte[] submit = RawHttp2.call(SUBMIT, "");
    List<RawHttp2.Frame> answer = new ArrayList<>();
    assertFalse(
        survive(
            raw -> {
              raw.send(RawHttp2.frame(HEADERS, END_HEADERS, 1, connect));
              raw.send(RawHttp2.frame(HEADERS, END_HEADERS, 3, submit));
              byte[] message = RawHttp2.message(new byte[10_000]);
              for (int i = 0; i < 20; i++) {
                raw.send(RawHttp2.frame(DATA, 0, 3, new byte[] {message[i]}));
              }
              RawHttp2.Frame frame = raw.next(PATIENCE);
              while (frame.stream() != 3 || frame.type() != RST_STREAM) {
                if (frame.stream() == 3) {
                  answer.add(frame);
                }
                frame = raw.next(PATIENCE);
              }
            }));
    assertEquals(HEADERS, answer.getLast().type(), "it is told why");
  }
}
