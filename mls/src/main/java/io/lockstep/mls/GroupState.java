package io.lockstep.mls;

import io.lockstep.mls.codec.Encodable;
import io.lockstep.mls.codec.TlsReader;
import io.lockstep.mls.codec.TlsWriter;
import io.lockstep.mls.crypto.Secret;
import io.lockstep.mls.message.GroupContext;
import io.lockstep.mls.message.Proposal;
import io.lockstep.mls.schedule.EpochSecrets;
import io.lockstep.mls.schedule.SecretTree;
import io.lockstep.mls.schedule.TranscriptHash;
import io.lockstep.mls.tree.LeafIndex;
import io.lockstep.mls.tree.LeafNode;
import io.lockstep.mls.tree.PrivateTree;
import io.lockstep.mls.tree.RatchetTree;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * All that a member knows in an epoch. Immutable; the operations on it are in classes of their own.
 */
record GroupState(
    GroupContext context,
    RatchetTree tree,
    PrivateTree ownKeys,
    SignatureKeyPair signer,
    EpochSecrets secrets,
    SecretTree messageKeys,
    ProposalCache proposals,
    PastEpochs past,
    Phase phase)
    implements PublicState {

  /** Whether the group may still be used to send (RFC 9420 section 12.4.2). */
  sealed interface Phase extends Encodable {
    record Active() implements Phase {}

    /** {@code reInit} is unknown only for a group that was stored by an earlier release. */
    record Closed(Optional<Proposal.ReInit> reInit) implements Phase {}

    static Phase decode(TlsReader in) throws MlsException {
      int id = in.uint8();
      return switch (id) {
        case 1 -> ACTIVE;
        case 2 -> new Closed(Optional.empty());
        case 3 ->
            Proposal.decode(in) instanceof Proposal.ReInit reInit
                ? new Closed(Optional.of(reInit))
                : malformed(id);
        default -> malformed(id);
      };
    }

    private static Phase malformed(int id) throws MlsException.Malformed {
      throw new MlsException.Malformed("phase " + id + " of a stored group");
    }

    @Override
    default void encodeTo(TlsWriter out) {
      switch (this) {
        case Active() -> out.uint8(1);
        case Closed(Optional<Proposal.ReInit> reInit) -> {
          out.uint8(reInit.isPresent() ? 3 : 2);
          reInit.ifPresent(out::put);
        }
      }
    }
  }

  static final Phase ACTIVE = new Phase.Active();

  private static final int ENCODING_VERSION = 1;

  LeafIndex self() {
    return ownKeys.self();
  }

  LeafNode ownLeaf() {
    return tree.leaf(self()).orElseThrow(() -> new IllegalStateException("own leaf is blank"));
  }

  byte[] confirmationTag() {
    return secrets.confirmationTag(suite(), context.confirmedTranscriptHash());
  }

  byte[] interimTranscriptHash() {
    return TranscriptHash.interim(suite(), context.confirmedTranscriptHash(), confirmationTag());
  }

  Optional<Member> member(LeafIndex leaf) {
    return tree.leaf(leaf).map(node -> Member.of(leaf, node));
  }

  /** {@code source}, and before it the resumption PSKs of this group's own recent epochs. */
  PskSource pskSource(PskSource source) {
    return new PskSource() {
      @Override
      public Optional<Secret> external(byte[] id) {
        return source.external(id);
      }

      @Override
      public Optional<Secret> resumption(GroupId group, long epoch) {
        if (!group.equals(context.groupId())) {
          return source.resumption(group, epoch);
        }
        if (epoch == context.epoch()) {
          return Optional.of(secrets.resumption());
        }
        return past.find(epoch)
            .map(PastEpoch::resumption)
            .or(() -> source.resumption(group, epoch));
      }
    };
  }

  /** Who was a member in this epoch, or in one of the past ones that are kept. */
  List<Member> membersAt(long epoch) {
    List<Member> members = new ArrayList<>();
    int end = Math.max(tree.leafCount(), past.changedLeavesEnd());
    for (int i = 0; i < end; i++) {
      past.member(epoch, new LeafIndex(i), tree).ifPresent(members::add);
    }
    return members;
  }

  /** With the key of the own leaf that a path has brought. */
  GroupState withSigner(SignatureKeyPair keys) {
    return new GroupState(
        context, tree, ownKeys, keys, secrets, messageKeys, proposals, past, phase);
  }

  GroupState withMessageKeys(SecretTree keys) {
    return new GroupState(context, tree, ownKeys, signer, secrets, keys, proposals, past, phase);
  }

  GroupState withProposals(ProposalCache cache) {
    return new GroupState(context, tree, ownKeys, signer, secrets, messageKeys, cache, past, phase);
  }

  GroupState withPast(PastEpochs epochs) {
    return new GroupState(
        context, tree, ownKeys, signer, secrets, messageKeys, proposals, epochs, phase);
  }

  /**
   * The state after a Commit that changed {@code leaves}: this epoch becomes the newest of {@code
   * pastEpochs} past ones.
   */
  GroupState advance(
      EpochChange change,
      RatchetTree newTree,
      PrivateTree newKeys,
      Phase newPhase,
      Set<LeafIndex> leaves,
      int pastEpochs) {
    Map<LeafIndex, Optional<Member>> changed = new TreeMap<>();
    for (LeafIndex leaf : leaves) {
      Optional<Member> before = member(leaf);
      if (!before.equals(newTree.leaf(leaf).map(node -> Member.of(leaf, node)))) {
        changed.put(leaf, before);
      }
    }
    PastEpoch ended =
        new PastEpoch(context, secrets.senderData(), secrets.resumption(), messageKeys, changed);
    return new GroupState(
        change.context(),
        newTree,
        newKeys,
        signer,
        change.epoch().secrets(),
        change.epoch().tree(),
        ProposalCache.EMPTY,
        past.with(ended, pastEpochs),
        newPhase);
  }

  byte[] encode() {
    return new TlsWriter(4_096)
        .uint8(ENCODING_VERSION)
        .put(context)
        .opaque(tree.encode())
        .put(ownKeys)
        .opaque(signer.encode())
        .put(secrets)
        .put(messageKeys)
        .put(proposals)
        .put(past)
        .put(phase)
        .toByteArray();
  }

  static GroupState decode(TlsReader in) throws MlsException {
    int version = in.uint8();
    if (version != ENCODING_VERSION) {
      throw new MlsException.Unsupported("version " + version + " of a stored group");
    }
    GroupContext context = GroupContext.decode(in);
    RatchetTree tree = RatchetTree.decode(context.suite(), in.opaque());
    GroupState state =
        new GroupState(
            context,
            tree,
            PrivateTree.decode(context.suite(), in),
            SignatureKeyPair.decode(in.opaque()),
            EpochSecrets.decode(in),
            SecretTree.decode(in),
            ProposalCache.decode(in),
            PastEpochs.decode(in),
            Phase.decode(in));
    if (tree.leaf(state.self()).isEmpty()) {
      throw new MlsException.Malformed("own leaf of a stored group is blank");
    }
    return state;
  }
}
