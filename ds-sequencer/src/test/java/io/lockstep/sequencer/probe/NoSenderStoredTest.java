package io.lockstep.sequencer.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Set;
import org.junit.jupiter.api.Test;

class NoSenderStoredTest {
  @Test
  void everyFieldOfEveryRecordWasJudged() {
    assertEquals(Set.of(), NoSenderStored.unjudgedFields());
  }
}
