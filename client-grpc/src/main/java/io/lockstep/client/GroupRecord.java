package io.lockstep.client;

import com.google.protobuf.ByteString;
import io.lockstep.client.ClientEvent.MessageReceived;
import io.lockstep.client.history.StreamCursor;
import io.lockstep.mls.Group;
import io.lockstep.mls.GroupId;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * All that this client knows of one group. An immutable value, stored as a whole.
 *
 * @param passSequence sequence number of the entry that opened the epoch of {@code group}
 * @param outbox own messages that have not come back on the stream
 * @param unhandled messages that the application has not taken yet
 * @param leaving whether this client wants out; the proposal is repeated in each epoch
 * @param deferredWelcome a WelcomeItem that came while this client still was a member
 * @param tolerated sequence number of an entry whose claim a person has decided to ignore; 0: none
 */
record GroupRecord(
    GroupId id,
    Standing standing,
    Optional<Group> group,
    StreamCursor cursor,
    long passSequence,
    Optional<PendingChange> pending,
    List<Outgoing> outbox,
    List<MessageReceived> unhandled,
    boolean leaving,
    GroupInfoUse groupInfo,
    Optional<ByteString> deferredWelcome,
    long tolerated,
    String label) {

  /** Whether a Commit brings a GroupInfo for those who join from outside. */
  enum GroupInfoUse {
    /** Asked of the service before the first Commit. */
    NOT_KNOWN,
    PUBLISHED,
    WITHHELD
  }

  /** Nothing but a place in the stream. */
  static GroupRecord empty(GroupId id, StreamCursor cursor) {
    return new GroupRecord(
        id,
        Standing.JOINING,
        Optional.empty(),
        cursor,
        0,
        Optional.empty(),
        List.of(),
        List.of(),
        false,
        GroupInfoUse.NOT_KNOWN,
        Optional.empty(),
        0,
        "");
  }

  /** A member since the entry at which the cursor stands. */
  static GroupRecord joined(Group group, StreamCursor cursor) {
    return empty(group.groupId(), cursor).inEpoch(group, cursor.sequence());
  }

  Group member() {
    return group.orElseThrow();
  }

  /** In a new epoch, opened by the entry with this sequence number. */
  GroupRecord inEpoch(Group value, long openedBy) {
    return with(
        draft -> {
          draft.standing = Standing.MEMBER;
          draft.group = Optional.of(value);
          draft.passSequence = openedBy;
          draft.pending = Optional.empty();
          draft.outbox =
              outbox.stream().filter(o -> o.kind() == Outgoing.Kind.APPLICATION).toList();
        });
  }

  /** Out of the group: no keys, nothing on its way. */
  GroupRecord removed() {
    return with(
        draft -> {
          draft.standing = Standing.REMOVED;
          draft.group = Optional.empty();
          draft.pending = Optional.empty();
          draft.outbox = List.of();
          draft.leaving = false;
        });
  }

  /** A Commit is missing; nothing of ours can be on its way in an epoch that is over. */
  GroupRecord outOfStep() {
    return with(
        draft -> {
          draft.standing = Standing.OUT_OF_STEP;
          draft.pending = Optional.empty();
          draft.outbox = List.of();
        });
  }

  GroupRecord withStanding(Standing value) {
    return with(draft -> draft.standing = value);
  }

  GroupRecord withGroup(Group value) {
    return with(draft -> draft.group = Optional.of(value));
  }

  GroupRecord withPending(Optional<PendingChange> value) {
    return with(draft -> draft.pending = value);
  }

  GroupRecord sending(Outgoing message) {
    return with(draft -> draft.outbox = plus(outbox, message));
  }

  GroupRecord without(Outgoing message) {
    return with(
        draft -> draft.outbox = outbox.stream().filter(o -> !o.id().equals(message.id())).toList());
  }

  GroupRecord receiving(MessageReceived message) {
    return with(draft -> draft.unhandled = plus(unhandled, message));
  }

  GroupRecord handled(long sequence) {
    return with(
        draft ->
            draft.unhandled = unhandled.stream().filter(m -> m.sequence() != sequence).toList());
  }

  GroupRecord with(Consumer<Draft> edit) {
    Draft draft = new Draft(this);
    edit.accept(draft);
    return draft.toRecord();
  }

  private static <T> List<T> plus(List<T> list, T item) {
    return Stream.concat(list.stream(), Stream.of(item)).toList();
  }

  /** A copy of a record that can be edited. */
  static final class Draft {
    private final GroupId id;
    Standing standing;
    Optional<Group> group;
    StreamCursor cursor;
    long passSequence;
    Optional<PendingChange> pending;
    List<Outgoing> outbox;
    List<MessageReceived> unhandled;
    boolean leaving;
    GroupInfoUse groupInfo;
    Optional<ByteString> deferredWelcome;
    long tolerated;
    String label;

    private Draft(GroupRecord from) {
      id = from.id;
      standing = from.standing;
      group = from.group;
      cursor = from.cursor;
      passSequence = from.passSequence;
      pending = from.pending;
      outbox = from.outbox;
      unhandled = from.unhandled;
      leaving = from.leaving;
      groupInfo = from.groupInfo;
      deferredWelcome = from.deferredWelcome;
      tolerated = from.tolerated;
      label = from.label;
    }

    private GroupRecord toRecord() {
      return new GroupRecord(
          id,
          standing,
          group,
          cursor,
          passSequence,
          pending,
          outbox,
          unhandled,
          leaving,
          groupInfo,
          deferredWelcome,
          tolerated,
          label);
    }
  }

  /** Without keys and content. */
  @Override
  public String toString() {
    return "GroupRecord[" + standing + ", sequence " + cursor.sequence() + "]";
  }
}
