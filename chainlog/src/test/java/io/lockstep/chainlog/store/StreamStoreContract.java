package io.lockstep.chainlog.store;

import static io.lockstep.chainlog.StateCodec.HEAD;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.lockstep.chainlog.Chain;
import io.lockstep.chainlog.ChainHead;
import io.lockstep.chainlog.ChainPosition;
import io.lockstep.chainlog.HistoryPage;
import io.lockstep.chainlog.store.StreamStore.Batch;
import io.lockstep.chainlog.store.StreamStore.Change;
import io.lockstep.chainlog.store.StreamStore.DeleteState;
import io.lockstep.chainlog.store.StreamStore.PutHistory;
import io.lockstep.chainlog.store.StreamStore.PutState;
import io.lockstep.chainlog.store.StreamStore.Range;
import io.lockstep.chainlog.store.StreamStore.StoredState;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What every store must do. */
abstract class StreamStoreContract {
  abstract StreamStore open();

  private static final ChainPosition POSITION =
      new ChainPosition(41, Chain.link(ChainHead.ZERO, 7, new byte[] {1}), 7, 3);

  @Test
  void whatABatchPutsIsThereWithItsPositionUntilItIsDeleted() {
    try (StreamStore store = open()) {
      assertEquals(Optional.empty(), store.position(1));
      assertEquals(Optional.empty(), store.state(1, "a", HEAD));
      StoredState state = new StoredState(41, ByteString.copyFromUtf8("state"));
      store.write(1, new Batch(List.of(new PutState("a", HEAD, state)), Optional.of(POSITION)));
      assertEquals(Optional.of(state), store.state(1, "a", HEAD));
      assertEquals(Optional.of(POSITION), store.position(1));
      assertEquals(Optional.empty(), store.state(2, "a", HEAD));
      store.write(1, new Batch(List.of(new DeleteState("a", HEAD, 42)), Optional.empty()));
      assertEquals(Optional.empty(), store.state(1, "a", HEAD));
      assertEquals(Optional.of(POSITION), store.position(1));
    }
  }

  @Test
  void aPartThatIsThereAgainIsThereWhateverItsMarkSays() {
    try (StreamStore store = open()) {
      StoredState again = new StoredState(43, ByteString.copyFromUtf8("again"));
      store.write(1, new Batch(List.of(new DeleteState("a", 2, 42)), Optional.empty()));
      assertEquals(OptionalLong.of(42), store.deletedAt(1, "a", 2));
      store.write(1, new Batch(List.of(new PutState("a", 2, again)), Optional.empty()));
      assertEquals(Optional.of(again), store.state(1, "a", 2));
      assertEquals(Set.of(2), store.sealed(1, "a").keySet());
      store.forgetDeletions(1, 42);
      assertEquals(OptionalLong.empty(), store.deletedAt(1, "a", 2));
      assertEquals(Optional.of(again), store.state(1, "a", 2));
    }
  }

  @Test
  void sealedPartsAreThereBesideTheHeadOfTheirStreamOnly() {
    try (StreamStore store = open()) {
      StoredState state = new StoredState(41, ByteString.copyFromUtf8("state"));
      List<Change> changes = new ArrayList<>();
      for (String key : List.of("a", "ab", "b")) {
        for (int part : List.of(HEAD, 1, 2, 300)) {
          changes.add(new PutState(key, part, state));
        }
      }
      store.write(1, new Batch(changes, Optional.of(POSITION)));
      assertEquals(Set.of(1, 2, 300), store.sealed(1, "a").keySet());
      assertEquals(state, store.sealed(1, "a").get(300));
      assertEquals(Optional.of(state), store.state(1, "a", 2));
      assertTrue(store.sealed(1, "c").isEmpty());
      assertTrue(store.sealed(2, "a").isEmpty());
      store.write(1, new Batch(List.of(new DeleteState("a", 2, 42)), Optional.empty()));
      assertEquals(Set.of(1, 300), store.sealed(1, "a").keySet());
      assertEquals(Set.of(1, 2, 300), store.sealed(1, "ab").keySet());
    }
  }

  @Test
  void aPageOfHistoryKeepsBothLimitsButHasAtLeastOneEntry() {
    try (StreamStore store = open()) {
      fill(store, 1, "a", 300);
      fill(store, 1, "ab", 3);
      fill(store, 2, "a", 3);
      HistoryPage<ByteString> page = store.history(new Range(1, "a", 254, 10, 1 << 20, 0));
      assertEquals(10, page.items().size());
      assertEquals(255, page.items().getFirst().sequence());
      assertEquals(1255, page.items().getFirst().logOffset());
      assertEquals(ByteString.copyFrom(new byte[100]), page.items().getFirst().entry());
      assertEquals(1, page.firstAvailable());
      assertEquals(41, page.foldedTo());
      assertEquals(2, store.history(new Range(1, "a", 0, 10, 250, 0)).items().size());
      assertEquals(1, store.history(new Range(1, "a", 0, 10, 1, 0)).items().size());
      assertEquals(1, store.history(new Range(1, "a", 0, 0, 0, 0)).items().size());
      assertEquals(300, store.history(new Range(1, "a", 0, 1000, 1 << 20, 0)).items().size());
      assertTrue(store.history(new Range(1, "a", 300, 10, 1 << 20, 0)).items().isEmpty());
      HistoryPage<ByteString> none = store.history(new Range(1, "b", 0, 10, 1 << 20, 0));
      assertTrue(none.items().isEmpty());
      assertEquals(0, none.firstAvailable());
    }
  }

  @Test
  void droppingAPartitionLeavesTheOthers() {
    try (StreamStore store = open()) {
      fill(store, 1, "a", 3);
      fill(store, 2, "a", 3);
      store.drop(1);
      assertEquals(Optional.empty(), store.position(1));
      assertTrue(store.history(new Range(1, "a", 0, 10, 100_000, 0)).items().isEmpty());
      assertEquals(3, store.history(new Range(2, "a", 0, 10, 100_000, 0)).items().size());
      fill(store, 1, "a", 2);
      assertEquals(2, store.history(new Range(1, "a", 0, 10, 100_000, 0)).items().size());
    }
  }

  @Test
  void whatTheLogHasNoMoreIsNotShownAndWhatIsLeftIsNamedExactly() {
    try (StreamStore store = open()) {
      fill(store, 1, "a", 300);
      for (int begin = 900; begin < 1400; begin += 7) {
        HistoryPage<ByteString> page = store.history(new Range(1, "a", 0, 1, 1 << 20, begin));
        long first = begin <= 1001 ? 1 : begin <= 1300 ? begin - 1000 : 0;
        assertEquals(first, page.firstAvailable(), "log begins at " + begin);
        assertEquals(
            first == 0 ? List.of() : List.of(first),
            page.items().stream().map(HistoryPage.Item::sequence).toList());
      }
      assertEquals(
          280, store.history(new Range(1, "a", 279, 1, 1, 1200)).items().getFirst().sequence());
      assertEquals(List.of(), store.history(new Range(1, "a", 300, 1, 1, 1200)).items());
    }
  }

  @Test
  void trimmingRemovesTheOldEntriesOfEveryStreamInSteps() {
    try (StreamStore store = open()) {
      List<String> keys = List.of("a", "ab", "b", "c", "longer", "z");
      keys.forEach(key -> fill(store, 1, key, 20));
      fill(store, 0, "a", 5);
      fill(store, 2, "a", 5);
      store.write(
          1,
          new Batch(
              List.of(new PutHistory("new", 1, 2000, ByteString.copyFromUtf8("x"))),
              Optional.empty()));
      int steps = 1;
      Optional<String> after = store.trim(1, 1011, Optional.empty(), 2);
      while (after.isPresent()) {
        after = store.trim(1, 1011, after, 2);
        steps++;
      }
      assertTrue(steps >= 4, steps + " steps");
      for (String key : keys) {
        HistoryPage<ByteString> page = store.history(new Range(1, key, 0, 100, 1 << 20, 0));
        assertEquals(11, page.firstAvailable(), key);
        assertEquals(10, page.items().size(), key);
      }
      assertEquals(1, store.history(new Range(1, "new", 0, 9, 99, 0)).firstAvailable());
      assertEquals(5, store.history(new Range(0, "a", 0, 9, 9999, 0)).items().size());
      assertEquals(5, store.history(new Range(2, "a", 0, 9, 9999, 0)).items().size());
      store.trim(1, 5000, Optional.empty(), 100);
      assertEquals(0, store.history(new Range(1, "a", 0, 9, 9999, 0)).firstAvailable());
      assertEquals(Optional.of(POSITION), store.position(1));
    }
  }

  static void fill(StreamStore store, int partition, String key, int entries) {
    List<Change> changes = new ArrayList<>();
    for (int i = 1; i <= entries; i++) {
      changes.add(new PutHistory(key, i, 1000L + i, ByteString.copyFrom(new byte[100])));
    }
    store.write(partition, new Batch(changes, Optional.of(POSITION)));
  }
}
