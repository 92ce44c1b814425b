package io.lockstep.client;

import com.google.protobuf.ByteString;
import io.lockstep.client.ClientEvent.Entrance;
import io.lockstep.client.ClientEvent.MessageReceived;
import io.lockstep.client.history.HistoryClaim;
import io.lockstep.client.history.HistoryException;
import io.lockstep.client.history.HistoryException.Contradiction;
import io.lockstep.client.history.StreamCursor;
import io.lockstep.client.identity.CertificateValidator;
import io.lockstep.client.identity.MemberIdentity;
import io.lockstep.mls.ContentType;
import io.lockstep.mls.CredentialValidator;
import io.lockstep.mls.Effect;
import io.lockstep.mls.Group;
import io.lockstep.mls.Member;
import io.lockstep.mls.MlsException;
import io.lockstep.mls.MlsFrame;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What one delivered entry does to a group: a pure function of record and entry. All changes of a
 * group happen here, in the order of the stream, our own Commits as well.
 */
final class GroupFold {
  /** An entry of the stream. The kind that the service gives it is not looked at: MLS says it. */
  record Entry(long sequence, long epoch, ByteString payload, ByteString chain, Instant time) {}

  /** What happened to something of ours that was on its way. */
  record Settled(ByteString submission, long sequence, long epoch, boolean applied) {}

  /** The record after the entry, and what to tell. */
  record Step(GroupRecord next, List<ClientEvent> events, List<Settled> settled) {}

  private final CredentialValidator validator;

  GroupFold(CredentialValidator validator) {
    this.validator = validator;
  }

  /**
   * Folds one entry in. One that was folded in before changes nothing.
   *
   * @throws HistoryException if the entry contradicts what was shown before; the record stays good
   */
  Step apply(GroupRecord record, Entry entry) throws HistoryException {
    StreamCursor cursor = record.cursor();
    if (cursor.hasPassed(entry.sequence())) {
      cursor.checkRepeated(entry.sequence(), entry.chain().toByteArray());
      return new Step(record, List.of(), List.of());
    }
    byte[] payload = entry.payload().toByteArray();
    StreamCursor advanced =
        cursor.advance(entry.sequence(), entry.epoch(), payload, entry.chain().toByteArray());
    GroupRecord moved = record.with(draft -> draft.cursor = advanced);
    Optional<PendingChange> pending = record.pending();
    if (pending.isPresent() && pending.get().isDelivered(entry.sequence(), payload)) {
      return ownChange(moved, pending.get(), entry);
    }
    if (pending.isPresent() && pending.get().sequence() == entry.sequence()) {
      throw new HistoryException(Contradiction.OWN_MESSAGE_MISSING, entry.sequence());
    }
    return switch (record.standing()) {
      // Before our own Commit nothing is for us.
      case JOINING, OUT_OF_STEP, REMOVED -> new Step(moved, List.of(), List.of());
      case FAULTED -> throw new IllegalStateException("a faulted group takes no entries");
      case MEMBER -> member(moved, cursor, entry, payload);
    };
  }

  private Step ownChange(GroupRecord record, PendingChange change, Entry entry) {
    Group group = change.settled(validator, entry.time());
    List<Settled> settled = new ArrayList<>(overtaken(record, entry));
    settled.add(new Settled(change.id(), entry.sequence(), entry.epoch(), true));
    List<ClientEvent> events =
        switch (change.kind()) {
          case CREATION -> List.of(joined(group, Entrance.CREATED));
          case EXTERNAL_COMMIT -> List.of(joined(group, Entrance.EXTERNAL_COMMIT));
          case COMMIT -> changes(record.member(), group);
        };
    GroupRecord next = record.inEpoch(group, entry.sequence());
    return new Step(next, events, settled);
  }

  private static ClientEvent joined(Group group, Entrance entrance) {
    return new ClientEvent.Joined(group.groupId(), group.epoch(), entrance);
  }

  private Step member(GroupRecord record, StreamCursor before, Entry entry, byte[] payload)
      throws HistoryException {
    Optional<Outgoing> own =
        record.outbox().stream().filter(o -> o.isDelivered(payload)).findFirst();
    if (own.isPresent()) {
      Settled settled = new Settled(own.get().id(), entry.sequence(), own.get().epoch(), true);
      return new Step(record.without(own.get()), List.of(), List.of(settled));
    }
    if (record.outbox().stream().anyMatch(o -> o.sequence() == entry.sequence())) {
      throw new HistoryException(Contradiction.OWN_MESSAGE_MISSING, entry.sequence());
    }
    Effect effect;
    try {
      effect = record.member().process(payload, validator, entry.time());
    } catch (MlsException e) {
      return unreadable(record, entry, payload, e);
    }
    if (entry.sequence() != record.tolerated()) {
      checkClaim(effect, before, entry.sequence());
    }
    return switch (effect) {
      case Effect.ApplicationMessage message -> application(record, message, entry, payload);
      case Effect.ProposalReceived proposal ->
          new Step(record.withGroup(proposal.next()), List.of(), List.of());
      case Effect.CommitApplied commit -> commit(record, commit, entry);
      case Effect.Removed removed -> removed(record, removed);
      case Effect.OwnMessage ignored -> ownAgain(record, entry, payload);
    };
  }

  private static void checkClaim(Effect effect, StreamCursor before, long sequence)
      throws HistoryException {
    byte[] authenticatedData =
        switch (effect) {
          case Effect.ApplicationMessage message -> message.authenticatedData();
          case Effect.ProposalReceived proposal -> proposal.authenticatedData();
          case Effect.CommitApplied commit -> commit.authenticatedData();
          case Effect.Removed ignored -> new byte[0];
          case Effect.OwnMessage ignored -> new byte[0];
        };
    Optional<HistoryClaim> claim = HistoryClaim.decode(authenticatedData);
    if (claim.isPresent()) {
      before.checkClaim(claim.get(), sequence);
    }
  }

  private static Step application(
      GroupRecord record, Effect.ApplicationMessage message, Entry entry, byte[] payload) {
    MessageReceived received;
    try {
      received =
          new MessageReceived(
              record.id(),
              CertificateValidator.identity(message.sender().credential()),
              message.data(),
              entry.sequence(),
              message.epoch(),
              entry.time());
    } catch (MlsException e) {
      return new Step(record.withGroup(message.next()), List.of(lost(record, entry, e)), List.of());
    }
    GroupRecord next =
        record
            .withGroup(message.next())
            .withPending(record.pending().map(pending -> pending.after(payload)))
            .receiving(received);
    return new Step(next, List.of(received), List.of());
  }

  private static Step commit(GroupRecord record, Effect.CommitApplied commit, Entry entry) {
    List<Settled> settled = new ArrayList<>(overtaken(record, entry));
    record
        .pending()
        .ifPresent(p -> settled.add(new Settled(p.id(), entry.sequence(), entry.epoch(), false)));
    GroupRecord next = record.inEpoch(commit.next(), entry.sequence());
    List<ClientEvent> events = new ArrayList<>();
    long epoch = commit.next().epoch();
    MemberIdentity by = identity(commit.committer());
    for (Member member : commit.removed()) {
      events.add(new ClientEvent.MemberRemoved(record.id(), identity(member), by, epoch));
    }
    for (Member member : commit.added()) {
      events.add(new ClientEvent.MemberAdded(record.id(), identity(member), by, epoch));
    }
    for (Member member : commit.updated()) {
      events.add(new ClientEvent.MemberUpdated(record.id(), identity(member), epoch));
    }
    events.add(new ClientEvent.EpochAdvanced(record.id(), by, epoch));
    return new Step(next, events, settled);
  }

  /** Our proposals that a Commit has left behind. */
  private static List<Settled> overtaken(GroupRecord record, Entry entry) {
    return record.outbox().stream()
        .filter(o -> o.kind() == Outgoing.Kind.PROPOSAL)
        .map(o -> new Settled(o.id(), entry.sequence(), entry.epoch(), false))
        .toList();
  }

  private static Step removed(GroupRecord record, Effect.Removed removed) {
    List<Settled> settled = abandoned(record);
    ClientEvent event =
        new ClientEvent.RemovedFromGroup(record.id(), Optional.of(identity(removed.committer())));
    return new Step(record.removed(), List.of(event), settled);
  }

  /**
   * A message of this client that is no longer in the outbox. A Commit among them means that this
   * state is older than the group: somebody restored an old copy.
   */
  private static Step ownAgain(GroupRecord record, Entry entry, byte[] payload) {
    return isCommit(payload)
        ? outOfStep(record, entry, "a Commit of this client that it has no record of")
        : new Step(record, List.of(), List.of());
  }

  private static Step unreadable(
      GroupRecord record, Entry entry, byte[] payload, MlsException cause) {
    if (isCommit(payload)) {
      return outOfStep(record, entry, String.valueOf(cause.getMessage()));
    }
    return new Step(record, List.of(lost(record, entry, cause)), List.of());
  }

  private static Step outOfStep(GroupRecord record, Entry entry, String cause) {
    List<Settled> settled = abandoned(record);
    ClientEvent event = new ClientEvent.OutOfStep(record.id(), entry.sequence(), cause);
    return new Step(record.outOfStep(), List.of(event), settled);
  }

  /** Everything of ours that is on its way, given up. */
  static List<Settled> abandoned(GroupRecord record) {
    List<Settled> settled = new ArrayList<>();
    record.pending().ifPresent(p -> settled.add(new Settled(p.id(), 0, 0, false)));
    record.outbox().forEach(o -> settled.add(new Settled(o.id(), 0, 0, false)));
    return settled;
  }

  private static boolean isCommit(byte[] payload) {
    try {
      return MlsFrame.read(payload) instanceof MlsFrame.GroupMessage message
          && message.contentType() == ContentType.COMMIT;
    } catch (MlsException e) {
      return false;
    }
  }

  private static ClientEvent lost(GroupRecord record, Entry entry, MlsException cause) {
    return new ClientEvent.MessageLost(
        record.id(), entry.sequence(), String.valueOf(cause.getMessage()));
  }

  /** What our own Commit has changed in the member list. */
  private static List<ClientEvent> changes(Group before, Group after) {
    List<ClientEvent> events = new ArrayList<>();
    MemberIdentity self = identity(after.member(after.ownLeaf()).orElseThrow());
    for (Member old : before.members()) {
      Optional<Member> now = after.member(old.leaf());
      if (now.isEmpty() || !identity(now.get()).equals(identity(old))) {
        events.add(
            new ClientEvent.MemberRemoved(after.groupId(), identity(old), self, after.epoch()));
      }
    }
    for (Member member : after.members()) {
      Optional<Member> old = before.member(member.leaf());
      if (old.isEmpty() || !identity(old.get()).equals(identity(member))) {
        events.add(
            new ClientEvent.MemberAdded(after.groupId(), identity(member), self, after.epoch()));
      }
    }
    events.add(new ClientEvent.EpochAdvanced(after.groupId(), self, after.epoch()));
    return events;
  }

  /** Members' credentials were validated when they came into the group. */
  private static MemberIdentity identity(Member member) {
    try {
      return CertificateValidator.identity(member.credential());
    } catch (MlsException e) {
      throw new IllegalStateException("a member's credential was validated", e);
    }
  }
}
