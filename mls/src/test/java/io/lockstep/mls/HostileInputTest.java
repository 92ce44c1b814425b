package io.lockstep.mls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The fuzzers' corpus, without a fuzzer: typed errors only, and no allocation that is out of
 * proportion to what came in. Lengths that promise gigabytes are put at every place of every input.
 */
class HostileInputTest {
  private static final String DECODERS =
      "DecodersFuzzTestInputs/decoderAnswersOrRefusesWithTypedError";
  private static final String PROCESS =
      "ProcessFuzzTestInputs/messageIsProcessedOrRefusedWithTypedError";

  /** What a decoder may allocate for an input of no length at all: exceptions, small objects. */
  private static final long DECODING_MAX = 64 << 10;

  /** The same for what the client stored itself, where public keys are derived: big integers. */
  private static final long DERIVING_MAX = 1 << 20;

  private static final Set<HostileInput> WITH_PRIVATE_KEYS =
      Set.of(
          HostileInput.STORED_GROUP,
          HostileInput.STORED_GROUP_RECORDS,
          HostileInput.STORED_PENDING_COMMIT,
          HostileInput.STORED_EXTERNAL_JOIN,
          HostileInput.STORED_BUNDLE,
          HostileInput.STORED_SIGNATURE_KEYS,
          HostileInput.STORED_PRIVATE_TREE);

  /** What it may allocate for each byte of the input: objects with headers for empty vectors. */
  private static final long ALLOCATED_PER_BYTE_MAX = 64;

  /** 2^30 - 1, the largest length there is; and others that are too long for any input here. */
  private static final List<byte[]> LENGTHS =
      List.of(
          new byte[] {(byte) 0xBF, -1, -1, -1},
          new byte[] {(byte) 0x80, 1, 0, 0},
          new byte[] {(byte) 0x7F, -1},
          new byte[] {-1, -1, -1, -1});

  private static final int ATTEMPTS_MAX = 3;

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  @Test
  void everyDecoderIsInTheCorpusWithAnInputThatItAccepts() throws Exception {
    Set<HostileInput> missing = EnumSet.allOf(HostileInput.class);
    for (byte[] input : corpus(DECODERS)) {
      if (HostileInput.feed(input)) {
        missing.remove(HostileInput.of(input));
      }
    }
    assertEquals(Set.of(), missing, "decoders without a good input in the corpus");
    for (HostileInput each : HostileInput.values()) {
      assertEquals(each, HostileInput.of(new byte[] {(byte) each.number()}));
    }
  }

  @Test
  void decodersAllocateInProportionToTheirInput() throws Exception {
    assumeTrue(THREADS.isThreadAllocatedMemorySupported(), "skipped: the JVM does not count");
    List<byte[]> corpus = corpus(DECODERS);
    corpus.forEach(HostileInput::feed);
    long worst = 0;
    for (byte[] input : corpus) {
      worst = Math.max(worst, allocation(input));
      for (byte[] length : LENGTHS) {
        for (int at = 1; at < input.length; at += 1 + input.length / 400) {
          byte[] lying = input.clone();
          int count = Math.min(length.length, lying.length - at);
          System.arraycopy(length, 0, lying, at, count);
          worst = Math.max(worst, allocation(lying));
        }
      }
    }
    System.out.println("decoders allocated at most " + worst + " bytes for one input");
  }

  @Test
  void inputsThatEndEarlyAreRefusedByEveryDecoder() throws Exception {
    for (byte[] input : corpus(DECODERS)) {
      if (HostileInput.feed(input)) {
        for (int length = 1; length < input.length; length += 1 + input.length / 200) {
          HostileInput.feed(Arrays.copyOf(input, length));
        }
      }
    }
  }

  @Test
  void messagesOfTheCorpusAreProcessedOrRefusedWithTypedErrors() throws Exception {
    FuzzedMember member = new FuzzedMember();
    for (byte[] input : corpus(PROCESS)) {
      member.send(input);
    }
    for (byte[] message : member.genuine()) {
      assertTrue(member.receiver().tries(message).isPresent());
    }
  }

  private static long allocation(byte[] input) {
    long base = WITH_PRIVATE_KEYS.contains(HostileInput.of(input)) ? DERIVING_MAX : DECODING_MAX;
    long allowed = base + ALLOCATED_PER_BYTE_MAX * input.length;
    long allocated = Long.MAX_VALUE;
    // The first time a way through a decoder is taken, classes are loaded and linked on the way.
    for (int i = 0; i < ATTEMPTS_MAX && allocated > allowed; i++) {
      allocated = Math.min(allocated, allocatedFor(input));
    }
    String what = HostileInput.of(input) + " allocated " + allocated + " for " + input.length;
    assertTrue(allocated <= allowed, what);
    return WITH_PRIVATE_KEYS.contains(HostileInput.of(input)) ? 0 : allocated;
  }

  private static long allocatedFor(byte[] input) {
    long before = THREADS.getCurrentThreadAllocatedBytes();
    HostileInput.feed(input);
    return THREADS.getCurrentThreadAllocatedBytes() - before;
  }

  private static List<byte[]> corpus(String directory) throws IOException, URISyntaxException {
    URL resources = Objects.requireNonNull(HostileInputTest.class.getResource(directory));
    Path path = Path.of(resources.toURI());
    List<byte[]> inputs = new ArrayList<>();
    try (Stream<Path> files = Files.list(path)) {
      for (Path file : files.sorted().toList()) {
        inputs.add(Files.readAllBytes(file));
      }
    }
    assertFalse(inputs.isEmpty(), directory);
    return inputs;
  }
}
