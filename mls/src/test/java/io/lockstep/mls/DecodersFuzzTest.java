package io.lockstep.mls;

import com.code_intelligence.jazzer.junit.FuzzTest;

/**
 * Coverage-guided fuzzing of every decoder (Jazzer). Starts from the corpus in the resources; runs
 * in a JVM of its own at {@code mvn verify}, for the time below.
 */
class DecodersFuzzTest {
  @FuzzTest(maxDuration = "10s")
  void decoderAnswersOrRefusesWithTypedError(byte[] input) {
    HostileInput.feed(input);
  }
}
