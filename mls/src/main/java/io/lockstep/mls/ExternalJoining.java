package io.lockstep.mls;

import io.lockstep.mls.crypto.CipherSuite;
import io.lockstep.mls.crypto.Encapsulated;
import io.lockstep.mls.crypto.HpkePublicKey;
import io.lockstep.mls.crypto.Secret;
import io.lockstep.mls.framing.AuthenticatedContent;
import io.lockstep.mls.framing.Content;
import io.lockstep.mls.framing.FramedContent;
import io.lockstep.mls.framing.MlsMessage;
import io.lockstep.mls.framing.PublicMessage;
import io.lockstep.mls.framing.Sender;
import io.lockstep.mls.message.Commit;
import io.lockstep.mls.message.GroupContext;
import io.lockstep.mls.message.GroupInfo;
import io.lockstep.mls.message.Proposal;
import io.lockstep.mls.message.ProposalOrRef;
import io.lockstep.mls.message.UpdatePath;
import io.lockstep.mls.schedule.KeySchedule;
import io.lockstep.mls.schedule.TranscriptHash;
import io.lockstep.mls.tree.LeafIndex;
import io.lockstep.mls.tree.LeafNode;
import io.lockstep.mls.tree.NewPath;
import io.lockstep.mls.tree.RatchetTree;
import io.lockstep.mls.tree.TreeRules;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A newcomer, or a member that lost its state, enters by a Commit of its own (RFC 9420 section
 * 12.4.3.2).
 */
final class ExternalJoining {
  private final LeafProfile profile;
  private final ReceiveContext receive;
  private final ExternalJoinOptions options;
  private final SecureRandom random;

  ExternalJoining(
      LeafProfile profile,
      ReceiveContext receive,
      ExternalJoinOptions options,
      SecureRandom random) {
    this.profile = profile;
    this.receive = receive;
    this.options = options;
    this.random = random;
  }

  ExternalJoin join(byte[] message) throws MlsException {
    GroupInfo info = MlsMessage.decode(message, WireFormat.GROUP_INFO, GroupInfo::decode);
    CipherSuite suite = info.context().suite();
    if (suite != profile.keys().suite()) {
      throw new MlsException.Invalid(Rule.GROUP_INFO_SUITE, "not the suite of our keys");
    }
    RatchetTree tree = GroupInfoRules.verifiedTree(info, receive);
    HpkePublicKey externalPub =
        info.externalPub()
            .orElseThrow(
                () -> new MlsException.Invalid(Rule.EXTERNAL_PUB, "no external_pub inside"));
    Encapsulated init =
        suite.exportTo(externalPub, KeySchedule.externalInitContext(), suite.hashLength(), random);
    Chosen chosen = choose(info.context(), tree, new Proposal.ExternalInit(init.kemOutput()));
    ProposalListRules.checkExternalCommit(chosen.list, tree);
    ProposalEffects effects =
        ProposalEffects.of(chosen.list, info.context(), tree, receive.sending());
    return commit(info, effects, chosen.proposals, init.secret());
  }

  /** The proposals of the Commit: what they are, and how it has them. */
  private static final class Chosen {
    private final List<ProposalList.Entry> entries = new ArrayList<>();
    private final List<ProposalOrRef> proposals = new ArrayList<>();
    private ProposalList list = new ProposalList(List.of());

    void inline(Proposal proposal) {
      proposals.add(new ProposalOrRef.Inline(proposal));
      add(new Sender.NewMemberCommit(), proposal);
    }

    void refer(CachedProposal proposal) {
      proposals.add(new ProposalOrRef.ByReference(proposal.ref()));
      add(proposal.sender(), proposal.proposal());
    }

    private void add(Sender sender, Proposal proposal) {
      entries.add(new ProposalList.Entry(sender, proposal));
      list = new ProposalList(entries);
    }
  }

  private Chosen choose(GroupContext context, RatchetTree tree, Proposal.ExternalInit init)
      throws MlsException {
    Chosen chosen = new Chosen();
    chosen.inline(init);
    Map<LeafIndex, CachedProposal> leaving =
        SelfRemoves.pending(options.selfRemoves(), context, tree);
    leaving.values().forEach(chosen::refer);
    Optional<LeafIndex> old = ownOldLeaf(tree);
    if (old.isPresent() && !leaving.containsKey(old.get())) {
      chosen.inline(new Proposal.Remove(old.get()));
    }
    options.psks().forEach(id -> chosen.inline(new Proposal.PreSharedKey(id)));
    return chosen;
  }

  /** The leaf of this client's lost self, which must go. */
  private Optional<LeafIndex> ownOldLeaf(RatchetTree tree) throws MlsException {
    List<LeafIndex> same = new ArrayList<>();
    tree.forEachMember(
        (index, leaf) -> {
          if (leaf.signatureKey().equals(profile.keys().publicKey())
              || receive.credentials().sameClient(leaf.credential(), profile.credential())) {
            same.add(index);
          }
        });
    if (same.size() > 1) {
      throw new MlsException.Invalid(Rule.RESYNC_ONE_LEAF, "several leaves are of this client");
    }
    return same.stream().findFirst();
  }

  private ExternalJoin commit(
      GroupInfo info, ProposalEffects effects, List<ProposalOrRef> proposals, Secret init)
      throws MlsException {
    GroupContext before = info.context();
    CipherSuite suite = before.suite();
    RatchetTree tree = effects.tree();
    LeafIndex self = tree.nextFreeLeaf();
    LeafNode.Content leaf = profile.content(random);
    try (NewPath path = NewPath.create(tree, self, leaf, before.groupId(), profile.keys(), random);
        Secret commitSecret = path.commitSecret();
        Secret initSecret = init;
        Secret psk = PskResolver.pskSecret(suite, effects.psks(), receive.pskSource())) {
      TreeRules.checkCommitLeaf(
          tree, self, path.leafNode(), before.groupId(), receive.credentials());
      TreeRules.checkSupport(path.tree(), before.extensions());
      GroupContext provisional = before.next(path.tree().treeHash(), before.extensions());
      UpdatePath update = path.encrypt(provisional.encode(), Set.of(), random);
      AuthenticatedContent signed = sign(before, new Commit(proposals, Optional.of(update)));
      byte[] interim =
          TranscriptHash.interim(suite, before.confirmedTranscriptHash(), info.confirmationTag());
      try (EpochChange change =
          EpochChange.of(
              provisional,
              interim,
              signed,
              new EpochChange.Inputs(initSecret, commitSecret, psk),
              path.tree().leafCount())) {
        PublicMessage message =
            PublicMessage.ofOutsider(signed.withConfirmationTag(change.confirmationTag()));
        return new ExternalJoin(
            MlsMessage.encode(WireFormat.PUBLIC_MESSAGE, message), new Group(state(change, path)));
      }
    }
  }

  private AuthenticatedContent sign(GroupContext before, Commit commit) {
    FramedContent framed =
        new FramedContent(
            before.groupId(),
            before.epoch(),
            new Sender.NewMemberCommit(),
            options.authenticatedData(),
            new Content.Committed(commit));
    return AuthenticatedContent.sign(
        WireFormat.PUBLIC_MESSAGE, framed, profile.keys(), before.encode());
  }

  private GroupState state(EpochChange change, NewPath path) {
    return new GroupState(
        change.context(),
        path.tree(),
        path.privateTree(),
        profile.keys().copy(),
        change.epoch().secrets(),
        change.epoch().tree(),
        ProposalCache.EMPTY,
        PastEpochs.NONE,
        GroupState.ACTIVE);
  }
}
