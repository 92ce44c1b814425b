package io.lockstep.chainlog.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.lockstep.chainlog.store.StreamStore.Range;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RocksStreamStoreTest extends StreamStoreContract {
  @TempDir Path dir;

  @Override
  StreamStore open() {
    return RocksStreamStore.open(dir);
  }

  @Test
  void factsSurviveAClose() {
    try (StreamStore store = open()) {
      fill(store, 1, "a", 3);
    }
    try (StreamStore store = open()) {
      assertEquals(3, store.history(new Range(1, "a", 0, 10, 100_000, 0)).items().size());
      assertThrows(StoreFailure.class, this::open, "a directory can be open once");
    }
  }

  @Test
  void aClosedStoreRefuses() {
    StreamStore store = open();
    store.close();
    store.close();
    assertThrows(StoreFailure.class, () -> store.position(1));
  }
}
