package io.lockstep.client;

import com.google.protobuf.ByteString;
import io.lockstep.api.v1.CommitBundle;
import io.lockstep.api.v1.CreateGroup;
import io.lockstep.api.v1.GetGroupInfoRequest;
import io.lockstep.api.v1.GetGroupInfoResponse;
import io.lockstep.api.v1.SubmitRequest;
import io.lockstep.client.GroupRecord.GroupInfoUse;
import io.lockstep.client.history.ChainHead;
import io.lockstep.client.history.HistoryException;
import io.lockstep.client.history.HistoryException.Contradiction;
import io.lockstep.client.history.StreamCursor;
import io.lockstep.client.identity.CertificateValidator;
import io.lockstep.mls.Credential;
import io.lockstep.mls.CredentialValidator;
import io.lockstep.mls.ExternalJoin;
import io.lockstep.mls.Group;
import io.lockstep.mls.GroupId;
import io.lockstep.mls.GroupInfoContent;
import io.lockstep.mls.Lifetime;
import io.lockstep.mls.MlsException;
import io.lockstep.mls.ReceiveContext;
import java.util.List;
import java.util.Optional;

/**
 * Ways into a group without an invitation: making it, and the external Commit (RFC 9420, 12.4.3.2).
 */
final class GroupEntrance {
  private static final int GROUP_ID_LENGTH = 32;

  private final Context context;
  private final GroupChanges changes;
  private final GroupSessions sessions;
  private final StreamLink link;

  GroupEntrance(Context context, GroupChanges changes, GroupSessions sessions, StreamLink link) {
    this.context = context;
    this.changes = changes;
    this.sessions = sessions;
    this.link = link;
  }

  GroupId create(GroupOptions options) {
    byte[] id = new byte[GROUP_ID_LENGTH];
    context.random().nextBytes(id);
    GroupId groupId = new GroupId(id);
    DeviceRecord device = context.device().record();
    Group group;
    try {
      group =
          Group.create(
              groupId,
              device.keys(),
              device.credential(),
              Lifetime.starting(context.now(), context.limits().keyPackageLifetime()),
              List.of(),
              context.random());
    } catch (MlsException e) {
      throw new LockstepException.Invalid(e);
    }
    CreateGroup.Builder create =
        CreateGroup.newBuilder()
            .setPassHash(Requests.passHash(group))
            .setExternalJoin(options.externalJoin())
            .setPastEpochs(options.pastEpochs());
    if (options.externalJoin()) {
      create.setGroupInfo(ByteString.copyFrom(group.groupInfo(GroupInfoContent.WITH_TREE)));
    }
    SubmitRequest request = Requests.submit(groupId, context.random()).setCreate(create).build();
    PendingChange change = PendingChange.of(PendingChange.Kind.CREATION, request, group);
    GroupInfoUse use = options.externalJoin() ? GroupInfoUse.PUBLISHED : GroupInfoUse.WITHHELD;
    GroupRecord record =
        GroupRecord.empty(groupId, StreamCursor.start(id))
            .with(
                draft -> {
                  draft.pending = Optional.of(change);
                  draft.groupInfo = use;
                });
    GroupSession session = sessions.addHeld(record);
    try {
      if (!changes.submit(session, change, context.deadline())) {
        throw new LockstepException.WrongStanding(Standing.JOINING, "the group was not made");
      }
    } catch (LockstepException.Refused e) {
      sessions.remove(groupId);
      throw e;
    } finally {
      session.changes.unlock();
    }
    return groupId;
  }

  /**
   * Joins from outside.
   *
   * @param replaced the client whose leaf this one takes over; empty: a new leaf
   */
  void join(GroupId groupId, Optional<ClientId> replaced) {
    Deadline deadline = context.deadline();
    for (int i = 0; i < context.limits().commitAttemptsMax(); i++) {
      if (attempt(groupId, replaced, deadline)) {
        return;
      }
    }
    throw new LockstepException.TooManyLostRaces(context.limits().commitAttemptsMax());
  }

  private boolean attempt(GroupId groupId, Optional<ClientId> replaced, Deadline deadline) {
    GetGroupInfoRequest request =
        GetGroupInfoRequest.newBuilder().setGroupId(ByteString.copyFrom(groupId.bytes())).build();
    GetGroupInfoResponse info =
        context.calls().withToken((s, proof) -> s.groupInfo(request, proof));
    ChainHead head = new ChainHead(info.getChain().toByteArray());
    StreamCursor cursor = StreamCursor.at(groupId.bytes(), info.getSequence(), head);
    ExternalJoin join = join(info, replaced);
    if (!join.next().groupId().equals(groupId)) {
      throw new LockstepException.Untrusted("the GroupInfo is of another group", null);
    }
    if (replaced.isPresent() && leaves(join.next(), replaced.get()) > own(replaced.get())) {
      throw new LockstepException.NoSuchMember("the old leaf could not be replaced");
    }
    PendingChange change = change(groupId, join);
    GroupSession session =
        sessions.find(groupId).orElseGet(() -> sessions.add(GroupRecord.empty(groupId, cursor)));
    session.changes.lock();
    try {
      checkHistory(session, info.getSequence(), head);
      link.stop(session);
      session.edit(
          record ->
              record.with(
                  draft -> {
                    draft.standing = Standing.JOINING;
                    draft.cursor = cursor;
                    draft.pending = Optional.of(change);
                    draft.outbox = List.of();
                    draft.groupInfo = GroupInfoUse.PUBLISHED;
                  }));
      return changes.submit(session, change, deadline);
    } finally {
      session.changes.unlock();
    }
  }

  private ExternalJoin join(GetGroupInfoResponse info, Optional<ClientId> replaced) {
    DeviceRecord device = context.device().record();
    CredentialValidator choosing = new Replacing(context.validator(), replaced);
    try {
      return Group.joinExternally(
          info.getGroupInfo().toByteArray(),
          device.keys(),
          device.credential(),
          ReceiveContext.of(choosing, context.now()),
          context.random());
    } catch (MlsException e) {
      throw new LockstepException.Invalid(e);
    }
  }

  private PendingChange change(GroupId groupId, ExternalJoin join) {
    CommitBundle bundle =
        CommitBundle.newBuilder()
            .setCommit(ByteString.copyFrom(join.commit()))
            .setNextPassHash(Requests.passHash(join.next()))
            .setGroupInfo(ByteString.copyFrom(join.next().groupInfo(GroupInfoContent.WITH_TREE)))
            .build();
    SubmitRequest request = Requests.submit(groupId, context.random()).setCommit(bundle).build();
    return PendingChange.of(PendingChange.Kind.EXTERNAL_COMMIT, request, join.next());
  }

  /** What is remembered of the stream must fit what the service says it was at the GroupInfo. */
  private void checkHistory(GroupSession session, long sequence, ChainHead head) {
    Optional<ChainHead> known = session.record().cursor().headAt(sequence);
    if (known.isPresent() && !known.get().equals(head)) {
      link.fault(session, new HistoryException(Contradiction.ENTRY_REPLACED, sequence));
      throw new LockstepException.WrongStanding(
          Standing.FAULTED, "the service shows another history than before");
    }
  }

  private int own(ClientId replaced) {
    return context.device().record().enrolled().identity().client().equals(replaced) ? 1 : 0;
  }

  private static int leaves(Group group, ClientId client) {
    return (int)
        Members.of(group).stream().filter(m -> m.identity().client().equals(client)).count();
  }

  /** Lets exactly one client's leaf be taken over, whatever else the same user has in the group. */
  private record Replacing(CertificateValidator validator, Optional<ClientId> replaced)
      implements CredentialValidator {
    @Override
    public void validate(Credential credential, byte[] signaturePublicKey) throws MlsException {
      validator.validate(credential, signaturePublicKey);
    }

    @Override
    public boolean sameClient(Credential credential, Credential successor) {
      try {
        return validator.sameClient(credential, successor)
            && replaced.isPresent()
            && CertificateValidator.identity(credential).client().equals(replaced.get());
      } catch (MlsException e) {
        return false;
      }
    }
  }
}
