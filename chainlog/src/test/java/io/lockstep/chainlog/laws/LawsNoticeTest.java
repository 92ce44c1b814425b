package io.lockstep.chainlog.laws;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.lockstep.chainlog.CounterFold;
import io.lockstep.chainlog.CounterFold.Add;
import io.lockstep.chainlog.CounterFold.Added;
import io.lockstep.chainlog.CounterFold.Counter;
import io.lockstep.chainlog.owner.Submission;
import io.lockstep.log.v1.SubmissionRecord;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A checker that never complains proves nothing: each one is shown a log that breaks its law. */
class LawsNoticeTest {
  private final List<Accepted> log = List.of(entry(0, "a"), entry(1, "b"), entry(2, "c"));

  private static Accepted entry(long source, String body) {
    return new Accepted(source, ByteString.copyFromUtf8(body));
  }

  private static void assertBroken(String law, Runnable check) {
    LawBroken broken = assertThrows(LawBroken.class, check::run);
    assertTrue(broken.getMessage().startsWith(law + ": "), broken::getMessage);
  }

  @Test
  void aGoodLogBreaksNoLaw() {
    OneEntryPerSubmission.check(3, log);
    SameOrderForAll.check(log, log);
    SameOrderForAll.check(log, log.subList(1, 3));
    SameOrderForAll.check(log, List.of());
    AckedIsDelivered.check(log, List.of(entry(2, "c"), entry(0, "a"), entry(2, "c")));
    ReplayEqualsLive.check(log, log);
  }

  @Test
  void aSubmissionWithoutAnEntryAndOneWithTwo() {
    assertBroken("OneEntryPerSubmission", () -> OneEntryPerSubmission.check(4, log));
    assertBroken(
        "OneEntryPerSubmission",
        () -> OneEntryPerSubmission.check(3, List.of(log.get(0), log.get(0), log.get(1))));
    assertBroken(
        "OneEntryPerSubmission",
        () -> OneEntryPerSubmission.check(3, List.of(log.get(1), log.get(0), log.get(2))));
  }

  @Test
  void aReaderThatSawAnotherOrderAHoleOrAnotherEntry() {
    assertBroken(
        "SameOrderForAll", () -> SameOrderForAll.check(log, List.of(log.get(1), log.get(0))));
    assertBroken(
        "SameOrderForAll", () -> SameOrderForAll.check(log, List.of(log.get(0), log.get(2))));
    assertBroken("SameOrderForAll", () -> SameOrderForAll.check(log, List.of(entry(1, "other"))));
    assertBroken(
        "SameOrderForAll", () -> SameOrderForAll.check(log, List.of(log.get(2), entry(3, "d"))));
  }

  @Test
  void anAnswerThatIsNotInTheLogOrIsAnother() {
    assertBroken("AckedIsDelivered", () -> AckedIsDelivered.check(log, List.of(entry(3, "lost"))));
    assertBroken("AckedIsDelivered", () -> AckedIsDelivered.check(log, List.of(entry(1, "other"))));
  }

  @Test
  void aLogThatIsNotTheFoldOfItsSubmissions() {
    PureFold<Counter, Add, Added> replay = new PureFold<>(new CounterFold(), 0, 1);
    for (int i = 0; i < 3; i++) {
      replay.submit(
          new Submission(
              i,
              1000 + i,
              "key",
              SubmissionRecord.newBuilder()
                  .setCommand(ByteString.copyFromUtf8("key|1"))
                  .build()
                  .toByteString()));
    }
    assertEquals(3, replay.histories().get("key").size());
    List<Accepted> live = new ArrayList<>(replay.entries());
    ReplayEqualsLive.check(replay.entries(), live);
    live.set(1, live.get(0));
    assertBroken("ReplayEqualsLive", () -> ReplayEqualsLive.check(replay.entries(), live));
    assertBroken(
        "ReplayEqualsLive",
        () -> ReplayEqualsLive.check(replay.entries(), replay.entries().subList(0, 2)));
  }
}
