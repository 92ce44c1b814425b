package io.lockstep.sequencer.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import io.lockstep.api.StreamChain;
import io.lockstep.api.v1.WelcomeItem;
import io.lockstep.chainlog.SubmissionPoint;
import io.lockstep.log.v1.CreateGroup;
import io.lockstep.log.v1.Duplicate;
import io.lockstep.log.v1.InboxItem;
import io.lockstep.log.v1.Joiner;
import io.lockstep.log.v1.PostCommit;
import io.lockstep.log.v1.PostMessage;
import io.lockstep.log.v1.Sequenced;
import io.lockstep.log.v1.SequencedAt;
import io.lockstep.log.v1.StreamCommand;
import io.lockstep.log.v1.StreamEntry;
import io.lockstep.sequencer.law.Payload;
import io.lockstep.sequencer.law.StreamFold;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** A checker that never complains proves nothing: each one is shown a log that breaks its law. */
class LawsNoticeTest {
  private static final ByteString GROUP = ByteString.copyFromUtf8("group");
  private static final ByteString INBOX = ByteString.copyFromUtf8("sixteen bytes id");
  private static final ByteString PASS_0 = ByteString.copyFromUtf8("pass 0");
  private static final ByteString PASS_1 = ByteString.copyFromUtf8("pass 1");

  private ByteString chain = ByteString.copyFrom(StreamChain.zero());
  private long sequence;
  private long now = 1000;
  private long offset;
  private int ids;

  @Test
  void holeInTheSequence() {
    DenseSequence law = new DenseSequence();
    law.observe(created());
    law.observe(text(0, PASS_0));
    sequence++;
    assertBreaks(law, text(0, PASS_0));
  }

  @Test
  void entryThatDoesNotContinueTheChain() {
    DenseSequence law = new DenseSequence();
    law.observe(created());
    chain = ByteString.copyFrom(StreamChain.zero());
    assertBreaks(law, text(0, PASS_0));
  }

  @Test
  void twoCommitsForOneEpoch() {
    OneCommitPerEpoch law = new OneCommitPerEpoch();
    law.observe(created());
    law.observe(commit(0, PASS_0, PASS_1));
    assertBreaks(law, commit(0, PASS_0, PASS_1));
  }

  @Test
  void messageFromTheFuture() {
    OneCommitPerEpoch law = new OneCommitPerEpoch();
    law.observe(created());
    assertBreaks(law, text(1, PASS_1));
  }

  @Test
  void sameIdSequencedTwice() {
    SameIdSameOutcome law = new SameIdSameOutcome();
    law.observe(created());
    Observation text = text(0, PASS_0);
    law.observe(text);
    assertBreaks(law, text);
  }

  @Test
  void duplicateWithAnotherOutcome() {
    SameIdSameOutcome law = new SameIdSameOutcome();
    law.observe(created());
    Observation text = text(0, PASS_0);
    law.observe(text);
    law.observe(duplicate(text, 2));
    assertBreaks(law, duplicate(text, 3));
  }

  @Test
  void duplicateOfNothing() {
    SameIdSameOutcome law = new SameIdSameOutcome();
    law.observe(created());
    assertBreaks(law, duplicate(text(0, PASS_0), 2));
  }

  @Test
  void entryThatAReplayDoesNotGive() {
    ReplayEqualsLive law = new ReplayEqualsLive(new StreamFold());
    assertBreaks(law, created());
  }

  @Test
  void messageWithTheWrongPass() {
    RemovedIsOut law = new RemovedIsOut();
    law.observe(created());
    assertBreaks(law, text(0, PASS_1));
  }

  @Test
  void messageOfAnEpochThatEndedLongAgo() {
    RemovedIsOut law = new RemovedIsOut();
    law.observe(created());
    law.observe(commit(0, PASS_0, PASS_1));
    now += 60_000;
    law.observe(text(0, PASS_0));
    now += 1;
    assertBreaks(law, text(0, PASS_0));
  }

  @Test
  void commitWithoutAPassInAClosedGroup() {
    RemovedIsOut law = new RemovedIsOut();
    law.observe(created());
    assertBreaks(law, commit(0, ByteString.EMPTY, PASS_1));
  }

  @Test
  void fieldThatNobodyKnows() {
    NoSenderStored law = new NoSenderStored();
    Observation seen = created();
    law.observe(seen);
    StreamEntry.Builder entry = seen.entry().toBuilder();
    entry
        .getSequencedBuilder()
        .getCreatedBuilder()
        .setUnknownFields(
            UnknownFieldSet.newBuilder()
                .addField(50, UnknownFieldSet.Field.newBuilder().addVarint(7).build())
                .build());
    assertBreaks(law, new Observation(seen.command(), seen.at(), entry.build()));
  }

  @Test
  void welcomeWithoutACommitOrTwice() {
    WelcomeOnlyAfterCommit law = new WelcomeOnlyAfterCommit();
    law.observe(created());
    Observation commit = commit(0, PASS_0, PASS_1);
    ByteString head = chain;
    law.observe(welcome(2, head));
    assertEquals(1, law.unexplained());
    law.observe(commit);
    assertEquals(0, law.unexplained());
    assertEquals(0, law.undelivered());
    assertBreaks(law, welcome(2, head));
  }

  @Test
  void welcomeThatNamesAnotherHead() {
    WelcomeOnlyAfterCommit law = new WelcomeOnlyAfterCommit();
    law.observe(created());
    law.observe(commit(0, PASS_0, PASS_1));
    assertEquals(1, law.undelivered());
    assertBreaks(law, welcome(2, PASS_0));
  }

  private static void assertBreaks(Law law, Observation seen) {
    LawBroken broken = assertThrows(LawBroken.class, () -> law.observe(seen));
    assertTrue(broken.getMessage().startsWith(law.name() + ": "), broken::getMessage);
  }

  private Observation created() {
    return sequenced(
        0,
        entry -> entry.setCreated(CreateGroup.newBuilder().setPassHash(PASS_0)),
        StreamCommand.getDefaultInstance());
  }

  private Observation text(long epoch, ByteString pass) {
    return sequenced(
        epoch,
        entry -> entry.setApplication(ByteString.copyFromUtf8("text")),
        StreamCommand.newBuilder().setMessage(PostMessage.newBuilder().setPassHash(pass)).build());
  }

  private Observation commit(long epoch, ByteString pass, ByteString next) {
    PostCommit body =
        PostCommit.newBuilder()
            .setCommit(ByteString.copyFromUtf8("commit"))
            .setPassHash(pass)
            .setNextPassHash(next)
            .addJoiners(Joiner.newBuilder().setInboxId(INBOX))
            .build();
    return sequenced(
        epoch, entry -> entry.setCommit(body), StreamCommand.newBuilder().setCommit(body).build());
  }

  private Observation sequenced(
      long epoch, Consumer<Sequenced.Builder> body, StreamCommand command) {
    Sequenced.Builder accepted = Sequenced.newBuilder().setSequence(++sequence).setEpoch(epoch);
    body.accept(accepted);
    chain =
        ByteString.copyFrom(
            StreamChain.next(
                chain.toByteArray(),
                GROUP.toByteArray(),
                sequence,
                epoch,
                Payload.of(accepted).toByteArray()));
    return observation(entry(GROUP).setSequenced(accepted.setChain(chain)), command);
  }

  private Observation duplicate(Observation original, long sequence) {
    return observation(
        StreamEntry.newBuilder()
            .setStreamId(GROUP)
            .setTimeMs(now)
            .setSubmissionId(original.entry().getSubmissionId())
            .setDuplicate(
                Duplicate.newBuilder()
                    .setSequenced(SequencedAt.newBuilder().setSequence(sequence))),
        original.command());
  }

  private Observation welcome(long commitSequence, ByteString head) {
    ByteString item =
        WelcomeItem.newBuilder()
            .setGroupId(GROUP)
            .setSequence(commitSequence)
            .setChain(head)
            .build()
            .toByteString();
    return observation(
        entry(INBOX)
            .setInbox(true)
            .setSequenced(
                Sequenced.newBuilder()
                    .setSequence(1)
                    .setItem(InboxItem.newBuilder().setWelcome(item))),
        StreamCommand.getDefaultInstance());
  }

  private StreamEntry.Builder entry(ByteString stream) {
    return StreamEntry.newBuilder()
        .setStreamId(stream)
        .setTimeMs(now)
        .setSubmissionId(ByteString.copyFromUtf8("id " + ids++));
  }

  private Observation observation(StreamEntry.Builder entry, StreamCommand command) {
    return new Observation(command, new SubmissionPoint(0, offset++, now, 1), entry.build());
  }
}
