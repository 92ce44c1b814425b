package io.lockstep.client;

import io.lockstep.api.v1.Reason;
import io.lockstep.client.history.HistoryException.Contradiction;
import io.lockstep.client.identity.MemberIdentity;
import io.lockstep.mls.GroupId;
import java.time.Instant;
import java.util.Optional;

/** What a client tells its application. Those of one group come in the order of its stream. */
public sealed interface ClientEvent {

  /** An event that concerns one group. */
  sealed interface OfGroup extends ClientEvent {
    GroupId group();
  }

  /** A message of another member, decrypted and verified. */
  final class MessageReceived implements OfGroup {
    private final GroupId group;
    private final MemberIdentity sender;
    private final byte[] data;
    private final long sequence;
    private final long epoch;
    private final Instant time;

    public MessageReceived(
        GroupId group,
        MemberIdentity sender,
        byte[] data,
        long sequence,
        long epoch,
        Instant time) {
      this.group = group;
      this.sender = sender;
      this.data = data.clone();
      this.sequence = sequence;
      this.epoch = epoch;
      this.time = time;
    }

    @Override
    public GroupId group() {
      return group;
    }

    public MemberIdentity sender() {
      return sender;
    }

    /** A copy. */
    public byte[] data() {
      return data.clone();
    }

    /** Place in the group's stream; the same for all members. */
    public long sequence() {
      return sequence;
    }

    /** The epoch in which it was sent. */
    public long epoch() {
      return epoch;
    }

    /** When the service received it. Only the service says so. */
    public Instant time() {
      return time;
    }

    /** Without the content. */
    @Override
    public String toString() {
      return "MessageReceived[sequence " + sequence + ", " + data.length + " bytes]";
    }
  }

  record MemberAdded(GroupId group, MemberIdentity member, MemberIdentity by, long epoch)
      implements OfGroup {}

  /** {@code by} committed it; who proposed it may be another. */
  record MemberRemoved(GroupId group, MemberIdentity member, MemberIdentity by, long epoch)
      implements OfGroup {}

  /** A member proposed new keys for itself, and somebody committed them. */
  record MemberUpdated(GroupId group, MemberIdentity member, long epoch) implements OfGroup {}

  /** A Commit has opened an epoch; comes after the events about members. */
  record EpochAdvanced(GroupId group, MemberIdentity by, long epoch) implements OfGroup {}

  /** How this client came into a group. */
  enum Entrance {
    CREATED,
    WELCOME,
    EXTERNAL_COMMIT
  }

  record Joined(GroupId group, long epoch, Entrance entrance) implements OfGroup {}

  /** This client is out; the group's keys were deleted here. */
  record RemovedFromGroup(GroupId group, Optional<MemberIdentity> by) implements OfGroup {}

  /**
   * The service, or somebody in its place, shows a history that contradicts what it has shown
   * before. The entry at {@code sequence} was not taken, the state is as it was before it, and
   * nothing more of the group is read.
   */
  record ForkDetected(GroupId group, Contradiction contradiction, long sequence)
      implements OfGroup {}

  /** An entry that could not be read, and never will be; the group goes on. */
  record MessageLost(GroupId group, long sequence, String cause) implements OfGroup {}

  /** This client cannot follow the group any more: {@link LockstepClient#resync}. */
  record OutOfStep(GroupId group, long sequence, String cause) implements OfGroup {}

  /** The service does not let this client read the group any more. */
  record AccessLost(GroupId group, Reason reason) implements OfGroup {}

  /** An invitation that cannot be used, for example because its key package is not known here. */
  record WelcomeUnusable(String cause) implements ClientEvent {}

  /** As {@link ForkDetected}, in the client's inbox. */
  record InboxFault(Contradiction contradiction, long sequence) implements ClientEvent {}

  record Connected() implements ClientEvent {}

  record Disconnected(String cause) implements ClientEvent {}
}
