package io.lockstep.chainlog.owner;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.protobuf.ByteString;
import io.lockstep.chainlog.CounterFold;
import io.lockstep.chainlog.CounterFold.Add;
import io.lockstep.chainlog.CounterFold.Added;
import io.lockstep.chainlog.CounterFold.Counter;
import io.lockstep.chainlog.StateCodec;
import io.lockstep.chainlog.store.InMemoryStreamStore;
import io.lockstep.chainlog.store.StreamStore.Range;
import io.lockstep.log.v1.SubmissionRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * What an owner reads back and has written itself is neither parsed nor folded again. Its store has
 * the same as that of an owner that only reads.
 */
class OwnWritesTest {
  private static final int WORLDS = 300;
  private static final int PARTITION = 0;
  private static final int PARTITIONS = 1;
  private static final long MEMORY_BYTES = 20_000;

  @Test
  void theStoreOfAWriterIsTheStoreOfAReader() {
    for (long seed = 1; seed <= WORLDS; seed++) {
      Random random = new Random(seed);
      InMemoryStreamStore written = new InMemoryStreamStore();
      InMemoryStreamStore read = new InMemoryStreamStore();
      OwnerCore<Counter, Add, Added> writer = core(written);
      OwnerCore<Counter, Add, Added> reader = core(read);
      writer.logEnd(0);
      reader.standBy();
      List<byte[]> log = new ArrayList<>();
      long submissions = 0;
      for (int round = 0; round < 30; round++) {
        for (int i = random.nextInt(8); i > 0; i--) {
          writer.readSubmission(submission(submissions++, random));
        }
        writer.takeOutputs().forEach(output -> log.add(output.value().clone()));
        int until = Math.min(log.size(), (int) writer.nextLogOffset() + random.nextInt(12));
        for (int offset = (int) writer.nextLogOffset(); offset < until; offset++) {
          assertEquals(
              reader.readLog(offset, log.get(offset)),
              writer.readLog(offset, log.get(offset)),
              "seed " + seed);
        }
        writer.endBatch();
        reader.endBatch();
        assertSame(read, written, "seed " + seed);
      }
    }
  }

  private static void assertSame(
      InMemoryStreamStore expected, InMemoryStreamStore actual, String what) {
    assertEquals(expected.position(PARTITION), actual.position(PARTITION), what);
    for (String key : List.of("a", "b", "c", "")) {
      assertEquals(
          expected.state(PARTITION, key, StateCodec.HEAD),
          actual.state(PARTITION, key, StateCodec.HEAD),
          what);
      assertEquals(expected.sealed(PARTITION, key), actual.sealed(PARTITION, key), what);
      Range all = new Range(PARTITION, key, 0, Integer.MAX_VALUE, Integer.MAX_VALUE, 0);
      assertEquals(expected.history(all), actual.history(all), what);
    }
  }

  private static Submission submission(long offset, Random random) {
    String key = List.of("a", "b", "c").get(random.nextInt(3));
    SubmissionRecord.Builder record = SubmissionRecord.newBuilder();
    switch (random.nextInt(30)) {
      case 0 -> record.setFoldVersion(1 + random.nextInt(2));
      case 1 -> record.setCommand(ByteString.copyFromUtf8("garbage"));
      case 2 -> record.setCommand(ByteString.copyFromUtf8(key + "|-1"));
      case 3 -> record.setCommand(ByteString.copyFromUtf8(key + "|" + CounterFold.RESET));
      default -> record.setCommand(ByteString.copyFromUtf8(key + "|" + random.nextInt(99)));
    }
    return new Submission(offset, 1000 + offset, key, record.build().toByteString());
  }

  private static OwnerCore<Counter, Add, Added> core(InMemoryStreamStore store) {
    return new OwnerCore<>(new CounterFold(), PARTITION, PARTITIONS, store, MEMORY_BYTES, 0);
  }
}
