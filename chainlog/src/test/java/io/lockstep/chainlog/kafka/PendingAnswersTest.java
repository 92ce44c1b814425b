package io.lockstep.chainlog.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lockstep.chainlog.ChainHead;
import io.lockstep.chainlog.LogEntry;
import io.lockstep.chainlog.kafka.PendingAnswers.Pending;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class PendingAnswersTest {
  private final AtomicLong now = new AtomicLong();
  private final PendingAnswers<String> answers =
      new PendingAnswers<>(new Circuit(Duration.ofSeconds(2), Duration.ofMillis(500)), now::get);

  private static LogEntry<String> entry(long source, int bytes) {
    return new LogEntry<>(0, source, source, "key", ChainHead.ZERO, "entry " + source, bytes);
  }

  private Pending<String> begin() {
    return answers.begin().orElseThrow();
  }

  @Test
  void anEntryThatIsReadBeforeItsSubmissionIsAcknowledgedIsTheAnswer() {
    Pending<String> pending = begin();
    answers.entry(entry(5, 10));
    answers.sent(pending, 5);
    assertEquals("entry 5", pending.answer.join().entry());
  }

  @Test
  void whoeverIsPassedOverIsToldAtOnce() {
    Pending<String> first = begin();
    Pending<String> second = begin();
    answers.sent(first, 5);
    answers.sent(second, 6);
    answers.entry(entry(6, 10));
    assertEquals("entry 6", second.answer.join().entry());
    assertInstanceOf(SubmissionUnknown.class, first.answer.exceptionNow());
  }

  @Test
  void entriesOfOthersAreKeptAsideWithinBoundsAndWhatWasNotKeptIsUnknown() {
    Pending<String> early = begin();
    Pending<String> late = begin();
    for (int i = 0; i < 3 * PendingAnswers.EARLY_MAX; i++) {
      answers.entry(entry(i, 10));
    }
    answers.sent(early, 3);
    assertEquals("entry 3", early.answer.join().entry());
    answers.sent(late, 2 * PendingAnswers.EARLY_MAX);
    assertInstanceOf(SubmissionUnknown.class, late.answer.exceptionNow());
    Pending<String> large = begin();
    int first = 4 * PendingAnswers.EARLY_MAX;
    for (int i = first; i < first + 3; i++) {
      answers.entry(entry(i, PendingAnswers.EARLY_BYTES_MAX / 2));
    }
    answers.sent(large, first + 2);
    assertInstanceOf(SubmissionUnknown.class, large.answer.exceptionNow());
  }

  @Test
  void oneThatWaitsTooLongHoldsUpTheOthersUntilAnAnswerComes() {
    Pending<String> first = begin();
    answers.sent(first, 5);
    now.set(Duration.ofSeconds(3).toNanos());
    assertTrue(answers.begin().isEmpty());
    assertTrue(answers.isSlow());
    answers.giveUp(first);
    assertTrue(answers.begin().isEmpty(), "giving up is no sign of life");
    now.addAndGet(Duration.ofMillis(500).toNanos());
    Pending<String> probe = begin();
    assertTrue(answers.begin().isEmpty());
    answers.sent(probe, 6);
    answers.entry(entry(6, 10));
    assertFalse(answers.isSlow());
    begin();
  }
}
