package io.lockstep.sequencer.law;

import io.lockstep.log.v1.CreateGroup;
import io.lockstep.log.v1.EpochState;
import io.lockstep.log.v1.GroupState;
import io.lockstep.log.v1.PostCommit;
import io.lockstep.log.v1.SeenSubmission;
import io.lockstep.log.v1.Sequenced;
import io.lockstep.log.v1.SequencedAt;
import io.lockstep.log.v1.StreamEntry;
import io.lockstep.log.v1.StreamState;
import java.util.List;

/** How a stream's state follows from its entries. Never refuses. */
final class StreamGrowth {
  private StreamGrowth() {}

  static StreamState sequenced(StreamState before, StreamEntry entry) {
    Sequenced accepted = entry.getSequenced();
    StreamState.Builder after =
        before.toBuilder().setSequence(accepted.getSequence()).setChain(accepted.getChain());
    switch (accepted.getBodyCase()) {
      case CREATED -> after.setGroup(created(accepted.getCreated(), accepted.getSequence()));
      case COMMIT -> after.setGroup(committed(before.getGroup(), entry));
      case PROPOSAL, APPLICATION, ITEM, BODY_NOT_SET -> {}
    }
    SequencedAt place =
        SequencedAt.newBuilder()
            .setSequence(accepted.getSequence())
            .setEpoch(accepted.getEpoch())
            .build();
    return remember(after, seen(entry).setSequenced(place).build());
  }

  static StreamState rejected(StreamState before, StreamEntry entry) {
    return remember(before.toBuilder(), seen(entry).setRejected(entry.getRejected()).build());
  }

  private static SeenSubmission.Builder seen(StreamEntry entry) {
    return SeenSubmission.newBuilder()
        .setSubmissionId(entry.getSubmissionId())
        .setTimeMs(entry.getTimeMs());
  }

  private static StreamState remember(StreamState.Builder state, SeenSubmission newest) {
    List<SeenSubmission> window = DuplicateWindow.after(state.getSeenList(), newest);
    return state.clearSeen().addAllSeen(window).build();
  }

  private static GroupState created(CreateGroup command, long sequence) {
    EpochState first =
        EpochState.newBuilder().setPassHash(command.getPassHash()).setOpenedBy(sequence).build();
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
            .setPassHash(command.getNextPassHash())
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
