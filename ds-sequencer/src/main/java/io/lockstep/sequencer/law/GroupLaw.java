package io.lockstep.sequencer.law;

import com.google.protobuf.ByteString;
import io.lockstep.log.v1.CreateGroup;
import io.lockstep.log.v1.EpochState;
import io.lockstep.log.v1.GroupState;
import io.lockstep.log.v1.PostCommit;
import io.lockstep.log.v1.PostMessage;
import io.lockstep.log.v1.Rejected;
import io.lockstep.log.v1.Sequenced;
import io.lockstep.mls.ContentType;
import io.lockstep.mls.MlsFrame;
import java.util.Optional;

/**
 * The rules of a group stream, in the order in which they are asked; the first that says no is the
 * answer. What is accepted comes back with epoch and body; number and chain are added by {@link
 * StreamFold}.
 *
 * <pre>
 *   creation: shape -> GROUP_EXISTS -> GroupInfo
 *   message:  frame -> GROUP_MISMATCH -> UNKNOWN_GROUP -> epoch -> pass
 *   commit:   frame -> GROUP_MISMATCH -> UNKNOWN_GROUP -> epoch -> pass or external join -> Welcome -> GroupInfo
 * </pre>
 */
final class GroupLaw {
  private static final long FIRST_EPOCH = 0;

  private GroupLaw() {}

  static Sequenced.Builder create(
      Optional<FoldedStream> state, ByteString groupId, CreateGroup command) throws Refused {
    checkId(groupId);
    PassRule.checkLength(command.getPassHash());
    int pastEpochs = command.getSettings().getPastEpochs();
    if (Integer.compareUnsigned(pastEpochs, StreamLimits.PAST_EPOCHS_MAX) > 0) {
      throw Refused.malformed();
    }
    if (state.isPresent()) {
      throw Refused.because(Rejected.Reason.GROUP_EXISTS);
    }
    GroupInfoRule.check(command.getGroupInfo(), groupId, FIRST_EPOCH);
    return Sequenced.newBuilder().setEpoch(FIRST_EPOCH).setCreated(command);
  }

  static Sequenced.Builder post(
      Optional<FoldedStream> state, ByteString groupId, PostMessage command, long now)
      throws Refused {
    checkId(groupId);
    MlsFrame.GroupMessage message = Framing.message(command.getMessage());
    Framing.checkGroup(message, groupId);
    GroupState group = existing(state);
    EpochState named = EpochRule.open(group, message, now);
    PassRule.check(group, named, command.getPassHash());
    Sequenced.Builder accepted = Sequenced.newBuilder().setEpoch(message.epoch());
    return message.contentType() == ContentType.PROPOSAL
        ? accepted.setProposal(command.getMessage())
        : accepted.setApplication(command.getMessage());
  }

  static Sequenced.Builder commit(
      Optional<FoldedStream> state, ByteString groupId, PostCommit command, long now)
      throws Refused {
    checkId(groupId);
    PassRule.checkLength(command.getNextPassHash());
    MlsFrame.GroupMessage commit = Framing.commit(command.getCommit());
    boolean external = Framing.isExternalCommit(commit);
    Framing.checkGroup(commit, groupId);
    GroupState group = existing(state);
    EpochState named = EpochRule.open(group, commit, now);
    if (external) {
      ExternalJoinRule.check(group, named, command);
    } else {
      PassRule.check(group, named, command.getPassHash());
    }
    WelcomeRule.check(command);
    GroupInfoRule.check(command.getGroupInfo(), groupId, commit.epoch() + 1);
    return Sequenced.newBuilder().setEpoch(commit.epoch()).setCommit(command);
  }

  private static void checkId(ByteString groupId) throws Refused {
    if (groupId.isEmpty() || groupId.size() > StreamLimits.GROUP_ID_BYTES_MAX) {
      throw Refused.malformed();
    }
  }

  private static GroupState existing(Optional<FoldedStream> state) throws Refused {
    if (state.isEmpty() || state.get().group().getEpochsCount() == 0) {
      throw Refused.because(Rejected.Reason.UNKNOWN_GROUP);
    }
    return state.get().group();
  }
}
