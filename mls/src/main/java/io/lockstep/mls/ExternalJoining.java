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
import java.util.Optional;
import java.util.Set;

/**
 * A newcomer, or a member that lost its state, enters by a Commit of its own (RFC 9420 section
 * 12.4.3.2).
 */
final class ExternalJoining {
  private final SignatureKeyPair keys;
  private final Credential credential;
  private final ReceiveContext receive;
  private final byte[] authenticatedData;
  private final SecureRandom random;

  ExternalJoining(
      SignatureKeyPair keys,
      Credential credential,
      ReceiveContext receive,
      byte[] authenticatedData,
      SecureRandom random) {
    this.keys = keys;
    this.credential = credential;
    this.receive = receive;
    this.authenticatedData = authenticatedData;
    this.random = random;
  }

  ExternalJoin join(byte[] message) throws MlsException {
    GroupInfo info = MlsMessage.decode(message, WireFormat.GROUP_INFO, GroupInfo::decode);
    CipherSuite suite = info.context().suite();
    if (suite != keys.suite()) {
      throw new MlsException.Invalid(Rule.GROUP_INFO_SUITE, "not the suite of our keys");
    }
    RatchetTree tree = GroupInfoRules.verifiedTree(info, receive);
    HpkePublicKey externalPub =
        info.externalPub()
            .orElseThrow(
                () -> new MlsException.Invalid(Rule.EXTERNAL_PUB, "no external_pub inside"));
    Encapsulated init =
        suite.exportTo(externalPub, KeySchedule.externalInitContext(), suite.hashLength(), random);
    List<ProposalOrRef> proposals = new ArrayList<>();
    proposals.add(new ProposalOrRef.Inline(new Proposal.ExternalInit(init.kemOutput())));
    Optional<LeafIndex> old = ownOldLeaf(tree);
    RatchetTree without = tree;
    if (old.isPresent()) {
      proposals.add(new ProposalOrRef.Inline(new Proposal.Remove(old.get())));
      without = tree.remove(old.get());
    }
    return commit(info, without, proposals, init.secret());
  }

  /** The leaf of this client's lost self, which must go. */
  private Optional<LeafIndex> ownOldLeaf(RatchetTree tree) throws MlsException {
    List<LeafIndex> same = new ArrayList<>();
    tree.forEachMember(
        (index, leaf) -> {
          if (leaf.signatureKey().equals(keys.publicKey())
              || receive.credentials().sameClient(leaf.credential(), credential)) {
            same.add(index);
          }
        });
    if (same.size() > 1) {
      throw new MlsException.Invalid(Rule.RESYNC_ONE_LEAF, "several leaves are of this client");
    }
    return same.stream().findFirst();
  }

  private ExternalJoin commit(
      GroupInfo info, RatchetTree tree, List<ProposalOrRef> proposals, Secret init)
      throws MlsException {
    GroupContext before = info.context();
    CipherSuite suite = before.suite();
    LeafIndex self = tree.nextFreeLeaf();
    LeafNode.Content leaf =
        new LeafNode.Content(
            new HpkePublicKey(new byte[0]),
            credential,
            Capabilities.standard().withGrease(random),
            List.of());
    try (NewPath path = NewPath.create(tree, self, leaf, before.groupId(), keys, random);
        Secret commitSecret = path.commitSecret();
        Secret initSecret = init;
        Secret noPsk = Secret.zeros(suite.hashLength())) {
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
              new EpochChange.Inputs(initSecret, commitSecret, noPsk),
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
            authenticatedData,
            new Content.Committed(commit));
    return AuthenticatedContent.sign(WireFormat.PUBLIC_MESSAGE, framed, keys, before.encode());
  }

  private GroupState state(EpochChange change, NewPath path) {
    return new GroupState(
        change.context(),
        path.tree(),
        path.privateTree(),
        keys,
        change.epoch().secrets(),
        change.epoch().tree(),
        ProposalCache.EMPTY,
        PastEpochs.NONE,
        GroupState.Phase.ACTIVE);
  }
}
