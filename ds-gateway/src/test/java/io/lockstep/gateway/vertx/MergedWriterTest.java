package io.lockstep.gateway.vertx;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class MergedWriterTest {
  private static final int WIDE = 1 << 24;

  private static List<byte[]> frames(Random random, int count, int bytesMax) {
    List<byte[]> frames = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      byte[] frame = new byte[5 + random.nextInt(bytesMax)];
      random.nextBytes(frame);
      frames.add(frame);
    }
    return frames;
  }

  private static byte[] joined(List<byte[]> frames) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    frames.forEach(all::writeBytes);
    return all.toByteArray();
  }

  /**
   * What a stream was sent; the DATA frames one by one, or those next to each other as one, and
   * then without the bytes of headers, which depend on the other streams' headers before them.
   */
  private static Map<Integer, List<String>> answers(
      int port, String path, int streams, boolean join) throws IOException {
    Map<Integer, List<String>> told = new TreeMap<>();
    Map<Integer, ByteArrayOutputStream> data = new TreeMap<>();
    try (FrameClient client = new FrameClient(port, WIDE)) {
      client.open(0, WIDE);
      for (int i = 0; i < streams; i++) {
        client.request(2 * i + 1, path);
      }
      for (int ended = 0; ended < streams; ) {
        FrameClient.Frame frame = client.next();
        List<String> of = told.computeIfAbsent(frame.stream(), id -> new ArrayList<>());
        ByteArrayOutputStream run =
            data.computeIfAbsent(frame.stream(), id -> new ByteArrayOutputStream());
        if (frame.type() == FrameClient.DATA && join && !frame.endsStream()) {
          run.writeBytes(frame.payload());
          continue;
        }
        if (run.size() > 0) {
          of.add("data " + run.size() + " bytes " + Arrays.hashCode(run.toByteArray()));
          run.reset();
        }
        of.add(frame.type() + " " + frame.flags());
        if (!join) {
          of.add(frame.payload().length + " bytes " + Arrays.hashCode(frame.payload()));
        }
        ended += frame.endsStream() ? 1 : 0;
      }
    }
    return told;
  }

  @Test
  void aMessageIsTheSameFramesAsByTheStandardPath() throws Exception {
    for (int bytes : new int[] {1, 300, 16_379, 16_380, 50_000}) {
      try (WriterWorld world = new WriterWorld(frames(new Random(bytes), 1, bytes))) {
        assertEquals(
            answers(world.port(), "/standard", 3, false),
            answers(world.port(), "/merged", 3, false),
            () -> bytes + " bytes");
      }
    }
  }

  @Test
  void manyMessagesToManyStreamsAreTheSameBytesAsByTheStandardPath() throws Exception {
    try (WriterWorld world = new WriterWorld(frames(new Random(1), 40, 3_000))) {
      assertEquals(
          answers(world.port(), "/standard", 50, true), answers(world.port(), "/merged", 50, true));
      assertEquals(
          answers(world.port(), "/standard", 50, true),
          answers(world.port(), "/together", 50, true));
    }
  }

  /** {@link FrameClient} fails at the first byte beyond a window. */
  @Property(tries = 60)
  void nothingGoesBeyondTheWindowsAndNothingIsLostWhateverTheyAre(@ForAll long seed)
      throws Exception {
    var _ = play(seed, "/merged");
  }

  @Property(tries = 60)
  void thatHoldsForFramesThatManyCallsAreHandedTogether(@ForAll long seed) throws Exception {
    var _ = play(seed, "/together");
  }

  /** How many frames were handed to calls together. */
  private static int play(long seed, String path) throws Exception {
    Random random = new Random(seed);
    List<byte[]> frames = frames(random, 1 + random.nextInt(60), 1 + random.nextInt(2_500));
    int streams = 1 + random.nextInt(12);
    try (WriterWorld world = new WriterWorld(frames);
        FrameClient client = new FrameClient(world.port(), random.nextInt(400))) {
      for (int i = 0; i < streams; i++) {
        client.request(2 * i + 1, path);
      }
      Map<Integer, ByteArrayOutputStream> told = new TreeMap<>();
      Set<Integer> running = new HashSet<>();
      for (int i = 0; i < streams; i++) {
        running.add(2 * i + 1);
        told.put(2 * i + 1, new ByteArrayOutputStream());
      }
      byte[] all = joined(frames);
      while (!running.isEmpty()) {
        openSome(client, random, running, told, all.length);
        if (random.nextInt(20) == 0) {
          client.resize(random.nextInt(3_000));
        }
        FrameClient.Frame frame = client.next();
        if (frame.type() == FrameClient.DATA) {
          told.get(frame.stream()).writeBytes(frame.payload());
        }
        if (frame.endsStream()) {
          running.remove(frame.stream());
        }
      }
      told.forEach((stream, bytes) -> assertArrayEquals(all, bytes.toByteArray()));
      return world.together.get();
    }
  }

  @Test
  void callsThatHaveRoomAreHandedFramesTogether() throws Exception {
    int together = 0;
    for (long seed = 1; seed <= 20; seed++) {
      together += play(seed, "/together");
    }
    int seen = together;
    assertTrue(seen > 100, () -> seen + " frames");
  }

  /**
   * Something, if the server may not be able to go on, else now and then. Vert.x holds trailers
   * back, too, until the windows have room.
   */
  private static void openSome(
      FrameClient client,
      Random random,
      Set<Integer> running,
      Map<Integer, ByteArrayOutputStream> told,
      int wanted)
      throws IOException {
    List<Integer> all = running.stream().sorted().toList();
    List<Integer> hungry = all.stream().filter(stream -> told.get(stream).size() < wanted).toList();
    if (hungry.isEmpty()) {
      for (int stream : all) {
        client.open(stream, Math.max(1, 1 - client.window(stream)));
      }
    } else if (hungry.stream().allMatch(stream -> client.window(stream) <= 0)) {
      int one = hungry.get(random.nextInt(hungry.size()));
      client.open(one, 1 + random.nextInt(3_000) - client.window(one));
    } else if (random.nextInt(4) == 0) {
      client.open(all.get(random.nextInt(all.size())), 1 + random.nextInt(3_000));
    }
    if (client.window(0) <= 0 || random.nextInt(30) == 0) {
      client.open(0, 1 + random.nextInt(5_000));
    }
  }

  @Test
  void aReaderThatStallsHoldsNobodyUpAndLosesNothing() throws Exception {
    int streams = 20;
    int stalled = 2 * 7 + 1;
    List<byte[]> frames = frames(new Random(2), 6, 5_000);
    byte[] all = joined(frames);
    try (WriterWorld world = new WriterWorld(frames);
        FrameClient client = new FrameClient(world.port(), 0)) {
      client.open(0, WIDE);
      Map<Integer, ByteArrayOutputStream> told = new TreeMap<>();
      for (int i = 0; i < streams; i++) {
        client.request(2 * i + 1, "/merged");
        told.put(2 * i + 1, new ByteArrayOutputStream());
        if (2 * i + 1 != stalled) {
          client.open(2 * i + 1, WIDE);
        }
      }
      read(client, told, streams - 1);
      told.forEach(
          (stream, bytes) ->
              assertArrayEquals(stream == stalled ? new byte[0] : all, bytes.toByteArray()));
      assertTrue(
          world.outputs.get(stalled).waiting() <= frames.getFirst().length,
          "one frame waits for the window, the others at the cursor");
      assertTrue(world.outputs.get(stalled).size() <= 1, "and takes nothing from the connection");
      client.open(stalled, WIDE);
      read(client, told, 1);
      assertArrayEquals(all, told.get(stalled).toByteArray());
    }
  }

  @Test
  void aWindowThatIsMadeSmallerIsSmallerForWhatWasLeasedOfIt() throws Exception {
    List<byte[]> frames = frames(new Random(4), 3, 2_000);
    byte[] all = joined(frames);
    try (WriterWorld world = new WriterWorld(frames);
        FrameClient client = new FrameClient(world.port(), 60_000)) {
      world.there = 1;
      Map<Integer, ByteArrayOutputStream> told = new TreeMap<>();
      for (int stream : new int[] {1, 3}) {
        client.request(stream, "/together");
        told.put(stream, new ByteArrayOutputStream());
      }
      while (told.values().stream().anyMatch(bytes -> bytes.size() < frames.getFirst().length)) {
        readOne(client, told);
      }
      client.resize(0);
      while (client.window(1) > 0) {
        readOne(client, told);
      }
      int before = world.together.get();
      world.there = frames.size();
      world.nudgeAndWait();
      assertEquals(before, world.together.get());
      client.open(1, WIDE);
      client.open(3, WIDE);
      read(client, told, 2);
      told.forEach((stream, bytes) -> assertArrayEquals(all, bytes.toByteArray()));
    }
  }

  @Test
  void aFrameThatDoesNotAskForRoomGoesOutWhenItIsThere() throws Exception {
    List<byte[]> frames = frames(new Random(5), 2, 2_000);
    byte[] told = new byte[500];
    try (WriterWorld world = new WriterWorld(frames);
        FrameClient client = new FrameClient(world.port(), 60_000)) {
      world.there = 1;
      client.request(1, "/together");
      Map<Integer, ByteArrayOutputStream> read = new TreeMap<>();
      read.put(1, new ByteArrayOutputStream());
      while (read.get(1).size() < frames.getFirst().length) {
        readOne(client, read);
      }
      world.tell(told);
      while (read.get(1).size() < frames.getFirst().length + told.length) {
        readOne(client, read);
      }
      assertArrayEquals(joined(List.of(frames.getFirst(), told)), read.get(1).toByteArray());
    }
  }

  private static FrameClient.Frame readOne(
      FrameClient client, Map<Integer, ByteArrayOutputStream> told) throws IOException {
    FrameClient.Frame frame = client.next();
    if (frame.type() == FrameClient.DATA) {
      told.get(frame.stream()).writeBytes(frame.payload());
    }
    return frame;
  }

  private static void read(
      FrameClient client, Map<Integer, ByteArrayOutputStream> told, int streams)
      throws IOException {
    for (int ended = 0; ended < streams; ) {
      ended += readOne(client, told).endsStream() ? 1 : 0;
    }
  }

  /** Every buffer of these connections is counted by the allocator that they are given. */
  @Test
  void streamsAndConnectionsThatEndInTheMiddleLeaveNoBufferBehind() throws Exception {
    Random random = new Random(3);
    List<byte[]> frames = frames(random, 60, 4_000);
    try (WriterWorld world = new WriterWorld(frames)) {
      for (int round = 0; round < 30; round++) {
        FrameClient client = new FrameClient(world.port(), random.nextInt(40_000));
        client.open(0, WIDE);
        int streams = 1 + random.nextInt(40);
        for (int i = 0; i < streams; i++) {
          client.request(2 * i + 1, random.nextBoolean() ? "/merged" : "/together");
        }
        for (int i = random.nextInt(streams); i > 0; i--) {
          var _ = client.next();
        }
        for (int i = 0; i < streams; i += 1 + random.nextInt(4)) {
          client.reset(2 * i + 1);
          world.nudge();
        }
        if (random.nextBoolean()) {
          client.abort();
        } else {
          client.close();
        }
        world.nudge();
      }
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
      while (used(world) > 0) {
        assertTrue(System.nanoTime() < deadline, () -> used(world) + " bytes are still used");
        world.nudge();
        TimeUnit.MILLISECONDS.sleep(5);
      }
    }
  }

  private static long used(WriterWorld world) {
    return world.memory.metric().usedDirectMemory() + world.memory.metric().usedHeapMemory();
  }
}
