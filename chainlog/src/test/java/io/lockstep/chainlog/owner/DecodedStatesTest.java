package io.lockstep.chainlog.owner;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.lockstep.chainlog.owner.ConfirmedStates.Known;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DecodedStatesTest {
  private static final Known<String> STATE = new Known<>(Optional.of("state"), 7);

  @Test
  void theBoundIsInBytesWhateverTheNumberOfStates() {
    DecodedStates<String> states = new DecodedStates<>(1_000_000);
    int kept = fill(states, 10);
    assertEquals(true, kept > 1_500 && kept < 2_600, () -> "small ones: " + kept);
    DecodedStates<String> large = new DecodedStates<>(1_000_000);
    int keptLarge = fill(large, 50_000);
    assertEquals(6, keptLarge);
  }

  private static int fill(DecodedStates<String> states, int bytes) {
    for (int i = 0; i < 10_000; i++) {
      states.put("k" + i, STATE, bytes);
    }
    int kept = 0;
    for (int i = 0; i < 10_000; i++) {
      kept += states.get("k" + i) == null ? 0 : 1;
    }
    return kept;
  }

  @Test
  void theStateThatWasUsedLongestAgoGoesFirstAndTheNewestNever() {
    DecodedStates<String> states = new DecodedStates<>(2000);
    states.put("a", STATE, 10);
    states.put("b", STATE, 10);
    assertNotNull(states.get("a"));
    states.put("c", STATE, 300);
    assertNull(states.get("b"));
    assertNotNull(states.get("a"));
    states.put("c", STATE, 10);
    states.put("d", STATE, 1_000_000);
    assertNotNull(states.get("d"));
    assertNull(states.get("a"));
  }
}
