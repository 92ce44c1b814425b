package io.lockstep.mls;

import io.lockstep.mls.framing.Sender;
import io.lockstep.mls.message.Proposal;
import java.util.List;

/**
 * What a message did. Persist {@link #next}, then let it take the place of the group that processed
 * the message.
 */
public sealed interface Effect {
  /** The group after the message. */
  Group next();

  /** A member said something. */
  final class ApplicationMessage implements Effect {
    private final Group next;
    private final Member sender;
    private final long epoch;
    private final byte[] data;
    private final byte[] authenticatedData;

    ApplicationMessage(
        Group next, Member sender, long epoch, byte[] data, byte[] authenticatedData) {
      this.next = next;
      this.sender = sender;
      this.epoch = epoch;
      this.data = data;
      this.authenticatedData = authenticatedData;
    }

    @Override
    public Group next() {
      return next;
    }

    /** As the member was in the epoch of the message. */
    public Member sender() {
      return sender;
    }

    /** In which it was sent, unsigned; may be one of the last epochs. */
    public long epoch() {
      return epoch;
    }

    /** A copy. */
    public byte[] data() {
      return data.clone();
    }

    /** A copy. */
    public byte[] authenticatedData() {
      return authenticatedData.clone();
    }
  }

  /** Someone wants a change. It happens only if a Commit says so. */
  final class ProposalReceived implements Effect {
    private final Group next;
    private final Sender sender;
    private final Proposal proposal;
    private final ProposalRef ref;
    private final byte[] authenticatedData;

    ProposalReceived(
        Group next, Sender sender, Proposal proposal, ProposalRef ref, byte[] authenticatedData) {
      this.next = next;
      this.sender = sender;
      this.proposal = proposal;
      this.ref = ref;
      this.authenticatedData = authenticatedData;
    }

    @Override
    public Group next() {
      return next;
    }

    public Sender sender() {
      return sender;
    }

    public Proposal proposal() {
      return proposal;
    }

    public ProposalRef ref() {
      return ref;
    }

    /** A copy. */
    public byte[] authenticatedData() {
      return authenticatedData.clone();
    }
  }

  /** The group moved to its next epoch. */
  final class CommitApplied implements Effect {
    private final Group next;
    private final CommitSummary summary;
    private final byte[] authenticatedData;

    CommitApplied(Group next, CommitSummary summary, byte[] authenticatedData) {
      this.next = next;
      this.summary = summary;
      this.authenticatedData = authenticatedData;
    }

    @Override
    public Group next() {
      return next;
    }

    /** Who made the Commit; for an external Commit the member who joined by it. */
    public Member committer() {
      return summary.committer();
    }

    /** Whether the committer was not a member before. It is then not among {@link #added}. */
    public boolean isExternal() {
      return summary.kind() == CommitSummary.Kind.EXTERNAL;
    }

    public List<Member> added() {
      return summary.added();
    }

    /** By an Update proposal, as they are now. */
    public List<Member> updated() {
      return summary.updated();
    }

    /** As they were: by a Remove or by a SelfRemove of their own. */
    public List<Member> removed() {
      return summary.removed();
    }

    /** Those of the application's own types, in the order in which the Commit has them. */
    public List<CustomProposal> customProposals() {
      return summary.custom();
    }

    /** A copy. */
    public byte[] authenticatedData() {
      return authenticatedData.clone();
    }
  }

  /**
   * A Commit removed this member. {@link #next} is the group as it was: it still reads what was
   * sent in its epochs, and nothing newer. Delete it soon.
   */
  record Removed(Group next, Member committer) implements Effect {}

  /**
   * The message claims to be this member's own, and nothing was done. A Commit: if {@link
   * PendingCommit#isCommit} holds, go on with {@link PendingCommit#next}.
   */
  record OwnMessage(Group next, ContentType contentType, long epoch) implements Effect {}
}
