package io.lockstep.mls;

import io.lockstep.mls.message.PreSharedKeyId;
import io.lockstep.mls.message.Proposal;
import io.lockstep.mls.tree.LeafIndex;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a Commit is to do. Immutable: each method returns a changed copy. Unless told otherwise a
 * Commit covers all proposals that were received in the epoch and can be, is a PrivateMessage, and
 * has a path only where one is required.
 */
public final class CommitOptions {
  private static final CommitOptions EMPTY =
      new CommitOptions(
          List.of(),
          HandshakeOptions.privateMessage(),
          PathPolicy.WHEN_REQUIRED,
          Optional.empty(),
          ReceivedProposals.INCLUDE,
          GroupInfoContent.WITHOUT_TREE,
          Optional.empty());

  enum PathPolicy {
    WHEN_REQUIRED,
    ALWAYS
  }

  enum ReceivedProposals {
    INCLUDE,
    LEAVE_OUT
  }

  private final List<Proposal> proposals;
  private final HandshakeOptions framing;
  private final PathPolicy path;
  private final Optional<LeafProfile> leaf;
  private final ReceivedProposals received;
  private final GroupInfoContent welcome;
  private final Optional<GroupInfoContent> groupInfo;

  private CommitOptions(
      List<Proposal> proposals,
      HandshakeOptions framing,
      PathPolicy path,
      Optional<LeafProfile> leaf,
      ReceivedProposals received,
      GroupInfoContent welcome,
      Optional<GroupInfoContent> groupInfo) {
    this.proposals = proposals;
    this.framing = framing;
    this.path = path;
    this.leaf = leaf;
    this.received = received;
    this.welcome = welcome;
    this.groupInfo = groupInfo;
  }

  /** Nothing but the received proposals; with none of those it renews the committer's keys. */
  public static CommitOptions empty() {
    return EMPTY;
  }

  /** Adds a client. Its KeyPackage is verified when the Commit is made (RFC 9420 section 10.1). */
  public CommitOptions add(KeyPackage keyPackage) {
    return propose(new Proposal.Add(keyPackage));
  }

  /** Removes another member; nobody can remove itself (RFC 9420 section 12.2). */
  public CommitOptions remove(LeafIndex leaf) {
    return propose(new Proposal.Remove(leaf));
  }

  /**
   * A PSK enters the key schedule (section 12.1.4). {@link PreSharedKeyId#external} and {@link
   * PreSharedKeyId#resumption} name one; {@link ReceiveContext#withPsks} must have it unless it is
   * a resumption PSK of this group's last few epochs. Others must have it too, or they fall out.
   */
  public CommitOptions psk(PreSharedKeyId id) {
    return propose(new Proposal.PreSharedKey(id));
  }

  /** Any proposal, by value, but an Update or a SelfRemove, which a committer cannot have. */
  public CommitOptions propose(Proposal proposal) {
    List<Proposal> more = new ArrayList<>(proposals);
    more.add(proposal);
    return new CommitOptions(List.copyOf(more), framing, path, leaf, received, welcome, groupInfo);
  }

  /** Any proposals, by value, behind those that are there. */
  public CommitOptions proposeAll(List<? extends Proposal> all) {
    List<Proposal> more = new ArrayList<>(proposals);
    more.addAll(all);
    return new CommitOptions(List.copyOf(more), framing, path, leaf, received, welcome, groupInfo);
  }

  /** Renews the committer's keys also where the proposals do not require it. */
  public CommitOptions forcePath() {
    return new CommitOptions(
        proposals, framing, PathPolicy.ALWAYS, leaf, received, welcome, groupInfo);
  }

  /**
   * Gives the committer a new leaf content, and with it perhaps another credential or signature key
   * of the same client (RFC 9420 section 5.3.1). The Commit then has a path. It is still signed by
   * the old key; everything after it by the new one.
   */
  public CommitOptions leaf(LeafProfile profile) {
    return new CommitOptions(
        proposals, framing, PathPolicy.ALWAYS, Optional.of(profile), received, welcome, groupInfo);
  }

  /** Leaves pending proposals out; the next epoch forgets them (RFC 9420 section 12.4). */
  public CommitOptions ignoringReceivedProposals() {
    return new CommitOptions(
        proposals, framing, path, leaf, ReceivedProposals.LEAVE_OUT, welcome, groupInfo);
  }

  /** Public or encrypted, padded how, with which authenticated data. */
  public CommitOptions framed(HandshakeOptions options) {
    return new CommitOptions(proposals, options, path, leaf, received, welcome, groupInfo);
  }

  /** Puts the tree into the Welcome. Otherwise joiners must get it from somewhere else. */
  public CommitOptions ratchetTreeInWelcome() {
    return new CommitOptions(
        proposals, framing, path, leaf, received, GroupInfoContent.WITH_TREE, groupInfo);
  }

  /** Asks for a GroupInfo of the new epoch, for external joins. */
  public CommitOptions groupInfo(GroupInfoContent content) {
    return new CommitOptions(
        proposals, framing, path, leaf, received, welcome, Optional.of(content));
  }

  List<Proposal> proposals() {
    return proposals;
  }

  HandshakeOptions framing() {
    return framing;
  }

  PathPolicy path() {
    return path;
  }

  Optional<LeafProfile> leaf() {
    return leaf;
  }

  ReceivedProposals received() {
    return received;
  }

  GroupInfoContent welcome() {
    return welcome;
  }

  Optional<GroupInfoContent> groupInfo() {
    return groupInfo;
  }
}
