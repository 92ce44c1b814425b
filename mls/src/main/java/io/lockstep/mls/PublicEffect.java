package io.lockstep.mls;

import io.lockstep.mls.framing.Sender;
import io.lockstep.mls.message.Proposal;
import java.util.List;

/** What a message did to a group, as far as one sees who is not in it. */
public sealed interface PublicEffect {
  /** The group after the message; lets the value that processed it stay what it was. */
  PublicGroup next();

  /** A Commit that breaks no rule which can be checked without a secret opened the next epoch. */
  final class CommitApplied implements PublicEffect {
    private final PublicGroup next;
    private final CommitSummary summary;
    private final List<KeyPackage> addedKeyPackages;
    private final byte[] authenticatedData;

    CommitApplied(
        PublicGroup next,
        CommitSummary summary,
        List<KeyPackage> addedKeyPackages,
        byte[] authenticatedData) {
      this.next = next;
      this.summary = summary;
      this.addedKeyPackages = addedKeyPackages;
      this.authenticatedData = authenticatedData;
    }

    @Override
    public PublicGroup next() {
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

    /** Those who need a Welcome; {@link PublicGroup#joiners} has the names of their KeyPackages. */
    public List<Member> added() {
      return summary.added();
    }

    /**
     * Those of {@link #added}, in the same order. Their lifetimes were judged as members judge
     * them, who grant {@link ReceiveContext#RECEIVED_LIFETIME_GRACE}. A Delivery Service that wants
     * them valid now (the committer had to, RFC 9420 section 7.3) asks {@link KeyPackage#verify}.
     */
    public List<KeyPackage> addedKeyPackages() {
      return addedKeyPackages;
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

  /** Someone wants a change. It happens only if a Commit says so. */
  final class ProposalReceived implements PublicEffect {
    private final PublicGroup next;
    private final PendingProposal received;
    private final byte[] authenticatedData;

    ProposalReceived(PublicGroup next, PendingProposal received, byte[] authenticatedData) {
      this.next = next;
      this.received = received;
      this.authenticatedData = authenticatedData;
    }

    @Override
    public PublicGroup next() {
      return next;
    }

    /** A member or someone outside; verified by signature. */
    public Sender sender() {
      return received.sender();
    }

    public Proposal proposal() {
      return received.proposal();
    }

    /** How a Commit refers to it. */
    public ProposalRef ref() {
      return received.ref();
    }

    /** A copy. */
    public byte[] authenticatedData() {
      return authenticatedData.clone();
    }
  }

  /**
   * What the message does cannot be seen: it is a PrivateMessage, or a Commit that refers to a
   * proposal which was one. Group, epoch and content type are what it claims; a PrivateMessage may
   * be garbage that no member accepts.
   *
   * <ul>
   *   <li>An application message changes nothing: {@link #next} is the same.
   *   <li>A proposal is remembered as one that was not seen.
   *   <li>A Commit ends the tracking: {@link #next} {@linkplain PublicGroup#isLost is lost} until
   *       it is {@linkplain PublicGroup#resynchronize resynchronized}. If the members refuse that
   *       Commit, go on with the value that processed it.
   * </ul>
   */
  final class Unseen implements PublicEffect {
    private final PublicGroup next;
    private final ContentType contentType;
    private final long epoch;
    private final byte[] authenticatedData;

    Unseen(PublicGroup next, ContentType contentType, long epoch, byte[] authenticatedData) {
      this.next = next;
      this.contentType = contentType;
      this.epoch = epoch;
      this.authenticatedData = authenticatedData;
    }

    @Override
    public PublicGroup next() {
      return next;
    }

    /** As the message claims. */
    public ContentType contentType() {
      return contentType;
    }

    /** Unsigned. */
    public long epoch() {
      return epoch;
    }

    /** A copy. Of a PrivateMessage it is not verified. */
    public byte[] authenticatedData() {
      return authenticatedData.clone();
    }
  }
}
