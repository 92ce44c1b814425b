package io.lockstep.chainlog.owner;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.lockstep.chainlog.CounterFold;
import io.lockstep.chainlog.CounterFold.Add;
import io.lockstep.chainlog.CounterFold.Added;
import io.lockstep.chainlog.CounterFold.Counter;
import io.lockstep.chainlog.Partitions;
import io.lockstep.chainlog.store.InMemoryStreamStore;
import io.lockstep.chainlog.store.StreamStore.Batch;
import io.lockstep.chainlog.store.StreamStore.Change;
import io.lockstep.chainlog.store.StreamStore.PutState;
import io.lockstep.chainlog.store.StreamStore.StoredState;
import io.lockstep.log.v1.SubmissionRecord;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The state topic gives parts of different moments: of each part any version that was ever
 * published, or none. Folding the log over them gives the states of the owner that published them.
 */
class TornStatesTest {
  private static final int PARTITION = 0;
  private static final int PARTITIONS = 2;
  private static final int WORLDS = 400;
  private static final long MEMORY_BYTES = 4000;

  private final List<String> keys =
      Stream.iterate(0, i -> i + 1)
          .map(i -> "k" + i)
          .filter(key -> Partitions.of(key, PARTITIONS) == PARTITION)
          .limit(4)
          .toList();

  private final List<byte[]> log = new ArrayList<>();
  private final Map<StatePart, List<StoredState>> published = new HashMap<>();
  private long submissions;

  @Test
  void partsOfAnyMomentsFoldedOverTheLogGiveTheLiveStates() {
    int torn = 0;
    for (long seed = 1; seed <= WORLDS; seed++) {
      log.clear();
      published.clear();
      submissions = 0;
      Random random = new Random(seed);
      InMemoryStreamStore live = live(random);
      InMemoryStreamStore restored = new InMemoryStreamStore();
      torn += tear(random, restored);
      OwnerCore<Counter, Add, Added> core = core(restored);
      while (core.nextLogOffset() < log.size()) {
        readLog(core, random.nextInt(20) + 1);
        core.endBatch();
        if (random.nextInt(5) == 0) {
          core = core(restored); // What was filled in so far is in the store.
        }
      }
      for (String key : keys) {
        assertEquals(state(live, key), state(restored, key), "seed " + seed + ", " + key);
      }
    }
    assertTrue(torn > WORLDS, "too few states were torn to show anything: " + torn);
  }

  private InMemoryStreamStore live(Random random) {
    InMemoryStreamStore store = new InMemoryStreamStore();
    OwnerCore<Counter, Add, Added> core = core(store);
    core.logEnd(0);
    for (int batch = 0; batch < 40; batch++) {
      for (int i = random.nextInt(12); i >= 0; i--) {
        submit(core, random);
      }
      core.takeOutputs().forEach(output -> log.add(output.value()));
      readLog(core, Integer.MAX_VALUE);
      core.endBatch();
      for (StatePart part : core.takeUnpublished()) {
        store
            .state(PARTITION, part.key(), part.part())
            .ifPresent(s -> published.computeIfAbsent(part, p -> new ArrayList<>()).add(s));
      }
    }
    return store;
  }

  private void submit(OwnerCore<Counter, Add, Added> core, Random random) {
    String key = keys.get(random.nextInt(keys.size()));
    long amount = random.nextInt(60) == 0 ? CounterFold.RESET : 1 + random.nextInt(9);
    ByteString value =
        SubmissionRecord.newBuilder()
            .setCommand(ByteString.copyFromUtf8(key + "|" + amount))
            .build()
            .toByteString();
    core.readSubmission(new Submission(submissions, 1000 + submissions, key, value));
    submissions++;
  }

  /** Returns how many states have parts of different moments. */
  private int tear(Random random, InMemoryStreamStore store) {
    int torn = 0;
    for (Map.Entry<StatePart, List<StoredState>> part : published.entrySet()) {
      List<StoredState> versions = part.getValue();
      int taken = random.nextInt(versions.size() + 2);
      boolean newest = taken >= versions.size() - 1;
      torn += newest ? 0 : 1;
      if (random.nextInt(4) > 0) {
        StoredState version = newest ? versions.getLast() : versions.get(taken);
        Change put = new PutState(part.getKey().key(), part.getKey().part(), version);
        store.write(PARTITION, new Batch(List.of(put), Optional.empty()));
      }
    }
    return torn;
  }

  private void readLog(OwnerCore<Counter, Add, Added> core, int records) {
    for (int i = 0; i < records && core.nextLogOffset() < log.size(); i++) {
      long offset = core.nextLogOffset();
      core.readLog(offset, log.get((int) offset));
    }
  }

  private static OwnerCore<Counter, Add, Added> core(InMemoryStreamStore store) {
    return new OwnerCore<>(new CounterFold(), PARTITION, PARTITIONS, store, MEMORY_BYTES, 0);
  }

  private static Optional<Counter> state(InMemoryStreamStore store, String key) {
    return new ConfirmedStates<>(store, new CounterFold().states(), PARTITION, 0).get(key).state();
  }
}
