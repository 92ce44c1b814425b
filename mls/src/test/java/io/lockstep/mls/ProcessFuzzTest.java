package io.lockstep.mls;

import com.code_intelligence.jazzer.junit.FuzzTest;

/**
 * Coverage-guided fuzzing of {@link Group#process} (Jazzer): arbitrary bytes, altered messages, and
 * proposals and Commits that a dishonest member signed. Starts from the corpus in the resources;
 * runs in a JVM of its own at {@code mvn verify}, for the time below.
 */
class ProcessFuzzTest {
  private static final FuzzedMember MEMBER = member();

  @FuzzTest(maxDuration = "10s")
  void messageIsProcessedOrRefusedWithTypedError(byte[] input) {
    MEMBER.send(input);
  }

  private static FuzzedMember member() {
    try {
      return new FuzzedMember();
    } catch (MlsException e) {
      throw new IllegalStateException(e);
    }
  }
}
