package io.lockstep.gateway.log;

import com.google.protobuf.ByteString;
import io.lockstep.api.v1.GetGroupInfoResponse;
import io.lockstep.api.v1.Reason;
import io.lockstep.chainlog.HistoryPage;
import io.lockstep.gateway.admission.Refused;
import io.lockstep.log.v1.GroupState;
import io.lockstep.log.v1.Sequenced;
import io.lockstep.log.v1.StreamEntry;
import io.lockstep.log.v1.StreamState;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Finds a group's newest GroupInfo: in the entry that opened its epoch. */
public final class GroupInfos {
  private static final int ONE = 1;

  private final OwnerQueries owners;

  public GroupInfos(OwnerQueries owners) {
    this.owners = owners;
  }

  /** Fails with {@link Refused}. */
  public CompletableFuture<GetGroupInfoResponse> newest(String key) {
    return owners.state(key).thenCompose(answer -> read(key, answer.state()));
  }

  private CompletableFuture<GetGroupInfoResponse> read(String key, Optional<StreamState> state) {
    if (state.isEmpty() || !state.get().hasGroup()) {
      return refused(Reason.UNKNOWN_GROUP, "there is no such group");
    }
    GroupState group = state.get().getGroup();
    if (!group.getSettings().getExternalJoin()) {
      return refused(Reason.EXTERNAL_JOIN_CLOSED, "the group does not admit external commits");
    }
    long sequence = group.getGroupInfoSequence();
    if (sequence == 0) {
      return refused(Reason.NO_GROUP_INFO, "the newest Commit brought no GroupInfo");
    }
    return owners.history(key, sequence - 1, ONE, ONE).thenCompose(page -> found(page, sequence));
  }

  private static CompletableFuture<GetGroupInfoResponse> found(
      HistoryPage<StreamEntry> page, long sequence) {
    for (HistoryPage.Item<StreamEntry> item : page.items()) {
      if (item.sequence() == sequence && item.entry().hasSequenced()) {
        return CompletableFuture.completedFuture(response(item.entry().getSequenced()));
      }
    }
    return refused(Reason.NO_GROUP_INFO, "the entry with the GroupInfo is no longer stored");
  }

  private static GetGroupInfoResponse response(Sequenced entry) {
    ByteString info =
        entry.hasCommit() ? entry.getCommit().getGroupInfo() : entry.getCreated().getGroupInfo();
    return GetGroupInfoResponse.newBuilder()
        .setGroupInfo(info)
        .setEpoch(entry.hasCommit() ? entry.getEpoch() + 1 : entry.getEpoch())
        .setSequence(entry.getSequence())
        .setChain(entry.getChain())
        .build();
  }

  private static <T> CompletableFuture<T> refused(Reason reason, String message) {
    return CompletableFuture.failedFuture(new Refused(reason, message));
  }
}
