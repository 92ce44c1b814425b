package io.lockstep.mls;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.function.Executable;

/** What it means to refuse: the rule is named and nothing has changed. */
final class Refusals {
  private Refusals() {}

  static void assertRefused(Rule rule, TestClient by, byte[] message) throws MlsException {
    byte[] before = by.group().encode();
    assertRule(rule, () -> by.tries(message));
    assertArrayEquals(before, by.group().encode(), "the state has changed");
  }

  static void assertRule(Rule rule, Executable attempt) {
    MlsException.Invalid refusal = assertThrows(MlsException.Invalid.class, attempt);
    assertEquals(rule, refusal.rule(), refusal::getMessage);
  }
}
