package io.lockstep.mls;

import io.lockstep.mls.codec.TlsReader;
import io.lockstep.mls.codec.TlsWriter;
import io.lockstep.mls.framing.AuthenticatedContent;
import io.lockstep.mls.message.GroupContext;
import io.lockstep.mls.message.GroupInfo;
import io.lockstep.mls.schedule.TranscriptHash;
import io.lockstep.mls.tree.RatchetTree;
import java.util.Arrays;
import java.util.List;

/**
 * What a tracker knows in an epoch. Immutable.
 *
 * @param confirmationTag of the Commit that opened the epoch; not verified by itself
 * @param joiners the KeyPackages that the Commit added, in its order
 */
record PublicGroupState(
    GroupContext context,
    RatchetTree tree,
    ConfirmationTag confirmationTag,
    ProposalCache proposals,
    GroupState.Phase phase,
    Sight sight,
    List<KeyPackageRef> joiners)
    implements PublicState {

  /** How much of the epoch's handshakes could be read. */
  enum Sight {
    CLEAR(1),
    /** Some proposals of this epoch were encrypted. */
    PROPOSALS_UNSEEN(2),
    /** The Commit that ended this epoch was not seen: the group is beyond it. */
    LOST(3);

    private final int id;

    Sight(int id) {
      this.id = id;
    }

    int id() {
      return id;
    }

    static Sight of(int id) throws MlsException.Malformed {
      return switch (id) {
        case 1 -> CLEAR;
        case 2 -> PROPOSALS_UNSEEN;
        case 3 -> LOST;
        default -> throw new MlsException.Malformed("sight " + id + " of a stored public group");
      };
    }
  }

  private static final int ENCODING_VERSION = 1;

  /** What a verified GroupInfo says. */
  static PublicGroupState of(GroupInfo info, RatchetTree tree) {
    return new PublicGroupState(
        info.context(),
        tree,
        new ConfirmationTag(info.confirmationTag()),
        ProposalCache.EMPTY,
        GroupState.ACTIVE,
        Sight.CLEAR,
        List.of());
  }

  byte[] interimTranscriptHash() {
    return TranscriptHash.interim(
        suite(), context.confirmedTranscriptHash(), confirmationTag.bytes());
  }

  void requireInSight() throws MlsException.TrackLost {
    if (sight == Sight.LOST) {
      throw new MlsException.TrackLost(context.epoch());
    }
  }

  PublicGroupState withProposal(CachedProposal proposal) throws MlsException.Invalid {
    return new PublicGroupState(
        context, tree, confirmationTag, proposals.with(proposal), phase, sight, joiners);
  }

  PublicGroupState withSight(Sight less) {
    return new PublicGroupState(context, tree, confirmationTag, proposals, phase, less, joiners);
  }

  PublicGroupState advance(PublicTransition open, AuthenticatedContent commit) {
    return new PublicGroupState(
        open.confirmedBy(commit, interimTranscriptHash()),
        open.tree(),
        new ConfirmationTag(commit.confirmationTag()),
        ProposalCache.EMPTY,
        open.nextPhase(),
        Sight.CLEAR,
        open.effects().added().values().stream().map(KeyPackage::ref).toList());
  }

  byte[] encode() {
    return new TlsWriter(4_096)
        .uint8(ENCODING_VERSION)
        .put(context)
        .opaque(tree.encode())
        .put(confirmationTag)
        .vector(proposals.proposals())
        .put(phase)
        .uint8(sight.id)
        .vector(joiners)
        .toByteArray();
  }

  static PublicGroupState decode(TlsReader in) throws MlsException {
    int version = in.uint8();
    if (version != ENCODING_VERSION) {
      throw new MlsException.Unsupported("version " + version + " of a stored public group");
    }
    GroupContext context = GroupContext.decode(in);
    RatchetTree tree = RatchetTree.decode(context.suite(), in.opaque());
    return new PublicGroupState(
            context,
            tree,
            ConfirmationTag.decode(in),
            new ProposalCache(in.list(CachedProposal::decode), List.of()),
            GroupState.Phase.decode(in),
            Sight.of(in.uint8()),
            in.list(KeyPackageRef::decode))
        .requireOwnTree();
  }

  /** Of a state that was stored: that its parts belong together. Hashes the whole tree. */
  PublicGroupState requireOwnTree() throws MlsException.Malformed {
    if (!Arrays.equals(tree.treeHash(), context.treeHash())) {
      throw new MlsException.Malformed("the tree of a stored public group has another hash");
    }
    return this;
  }
}
