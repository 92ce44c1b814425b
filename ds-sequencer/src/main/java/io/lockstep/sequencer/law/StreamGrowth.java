package io.lockstep.sequencer.law;

import com.google.protobuf.ByteString;
import io.lockstep.log.v1.CreateGroup;
import io.lockstep.log.v1.EpochState;
import io.lockstep.log.v1.GroupState;
import io.lockstep.log.v1.PostCommit;
import io.lockstep.log.v1.Rejected;
import io.lockstep.log.v1.Sequenced;
import io.lockstep.log.v1.StreamEntry;

/** How a stream's state follows from its entries. Never refuses. */
final class StreamGrowth {
  private StreamGrowth() {}

  static FoldedStream sequenced(FoldedStream before, StreamEntry entry) {
    Sequenced accepted = entry.getSequenced();
    GroupState group =
        switch (accepted.getBodyCase()) {
          case CREATED -> created(accepted.getCreated(), accepted.getSequence());
          case COMMIT -> committed(before.group(), entry);
          case PROPOSAL, APPLICATION, ITEM, BODY_NOT_SET -> before.group();
        };
    long newest = newest(before, entry);
    return new FoldedStream(
        accepted.getSequence(),
        own(accepted.getChain()),
        group,
        newest,
        after(before.accepted(), seen(entry), newest),
        before.refused());
  }

  static FoldedStream rejected(FoldedStream before, StreamEntry entry) {
    long newest = newest(before, entry);
    return new FoldedStream(
        before.sequence(),
        before.chain(),
        before.group(),
        newest,
        before.accepted(),
        after(before.refused(), seen(entry), newest));
  }

  /** The windows' sealed segments have the entry then, if it belongs there. */
  static FoldedStream remembered(FoldedStream state, StreamEntry entry) {
    Window accepted = state.accepted();
    Window refused = state.refused();
    if (entry.hasSequenced()) {
      accepted = accepted.filled(seen(entry));
    } else if (entry.hasRejected()) {
      refused = refused.filled(seen(entry));
    }
    boolean same = accepted.equals(state.accepted()) && refused.equals(state.refused());
    return same
        ? state
        : new FoldedStream(
            state.sequence(),
            state.chain(),
            state.group(),
            state.newestMillis(),
            accepted,
            refused);
  }

  /** A copy, since an entry's byte strings are views of the whole record. */
  private static ByteString own(ByteString bytes) {
    return ByteString.copyFrom(bytes.asReadOnlyByteBuffer());
  }

  private static Window after(Window before, Remembered one, long newest) {
    return one.number() > before.newest() ? before.next(one, newest) : before.filled(one);
  }

  private static long newest(FoldedStream before, StreamEntry entry) {
    return Math.max(before.newestMillis(), entry.getTimeMs());
  }

  /** Of a sequenced entry, or of a refusal with a number. */
  private static Remembered seen(StreamEntry entry) {
    Rejected why = entry.getRejected();
    return entry.hasSequenced()
        ? Remembered.of(
            entry.getSequenced().getSequence(),
            entry.getSubmissionId(),
            entry.getTimeMs(),
            new Remembered.Facts(entry.getSequenced().getEpoch(), 0, 0))
        : Remembered.of(
            entry.getRefusal(),
            entry.getSubmissionId(),
            entry.getTimeMs(),
            new Remembered.Facts(
                why.getReasonValue(), why.getCurrentEpoch(), why.getWinnerSequence()));
  }

  private static GroupState created(CreateGroup command, long sequence) {
    EpochState first =
        EpochState.newBuilder()
            .setPassHash(own(command.getPassHash()))
            .setOpenedBy(sequence)
            .build();
    return GroupState.newBuilder()
        .setSettings(command.getSettings())
        .addEpochs(first)
        .setGroupInfoSequence(command.getGroupInfo().isEmpty() ? 0 : sequence)
        .build();
  }

  private static GroupState committed(GroupState before, StreamEntry entry) {
    Sequenced accepted = entry.getSequenced();
    PostCommit command = accepted.getCommit();
    long epoch = accepted.getEpoch() + 1;
    GroupState.Builder after = before.toBuilder().setEpoch(epoch);
    int last = after.getEpochsCount() - 1;
    if (last >= 0) {
      after.getEpochsBuilder(last).setEndedMs(entry.getTimeMs());
    }
    after.addEpochs(
        EpochState.newBuilder()
            .setEpoch(epoch)
            .setPassHash(own(command.getNextPassHash()))
            .setOpenedBy(accepted.getSequence()));
    while (after.getEpochsCount() > pastEpochs(before) + 1) {
      after.removeEpochs(0);
    }
    // A GroupInfo of an earlier epoch is good for nothing.
    after.setGroupInfoSequence(command.getGroupInfo().isEmpty() ? 0 : accepted.getSequence());
    return after.build();
  }

  private static int pastEpochs(GroupState group) {
    int set = group.getSettings().getPastEpochs();
    return set == 0 ? StreamLimits.PAST_EPOCHS_DEFAULT : set;
  }
}
