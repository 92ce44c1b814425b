package io.lockstep.chainlog.owner;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.protobuf.ByteString;
import io.lockstep.chainlog.StateCodec;
import io.lockstep.chainlog.store.InMemoryStreamStore;
import io.lockstep.chainlog.store.StreamStore;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Records of a state topic in any order, with and without a store in between. */
class StateMergeTest {
  private static final int PARTITION = 1;
  private static final StatePart PART = new StatePart("a", StateCodec.HEAD);

  private final StreamStore store = new InMemoryStreamStore();
  private final StateMerge merge = new StateMerge(store, PARTITION);

  private void read(long logOffset, Optional<String> state, boolean storeAfterwards) {
    merge.read(PART, logOffset, state.map(ByteString::copyFromUtf8));
    if (storeAfterwards) {
      merge.store();
    }
  }

  private Optional<String> merged() {
    merge.end();
    assertEquals(
        OptionalLong.empty(),
        store.deletedAt(PARTITION, PART.key(), PART.part()),
        "nobody needs to know any more");
    return store
        .state(PARTITION, PART.key(), PART.part())
        .map(state -> state.logOffset() + " " + state.bytes().toStringUtf8());
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void anOlderStateThatWasWrittenLaterDoesNotCount(boolean storing) {
    read(70, Optional.of("new"), storing);
    read(60, Optional.of("old"), storing);
    assertEquals(Optional.of("70 new"), merged());
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whatIsGoneDoesNotComeBackByAnOlderState(boolean storing) {
    read(60, Optional.of("old"), storing);
    read(70, Optional.empty(), storing);
    read(65, Optional.of("not so old"), storing);
    assertEquals(Optional.empty(), merged());
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whatWasMadeAgainAfterItWasGoneIsThere(boolean storing) {
    read(70, Optional.empty(), storing);
    read(80, Optional.of("again"), storing);
    assertEquals(Optional.of("80 again"), merged());
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whatIsGoneWithoutATimeIsGoneAsOfWhatWasReadSoFar(boolean storing) {
    read(60, Optional.of("old"), storing);
    merge.gone(PART);
    assertEquals(Optional.empty(), merged());
  }
}
