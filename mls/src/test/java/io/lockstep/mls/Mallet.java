package io.lockstep.mls;

import io.lockstep.mls.codec.TlsReader;
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
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * A member, or a joiner, that signs, encrypts and confirms as it should, and checks nothing of what
 * it sends: for messages with one defect and no other.
 */
final class Mallet {
  /** What a Commit is to be like, beyond its proposals. */
  record Plan(
      UnaryOperator<LeafNode.Content> leaf,
      UnaryOperator<UpdatePath> path,
      UnaryOperator<byte[]> confirmationTag) {
    static final Plan HONEST =
        new Plan(UnaryOperator.identity(), UnaryOperator.identity(), UnaryOperator.identity());

    Plan withLeaf(UnaryOperator<LeafNode.Content> other) {
      return new Plan(other, path, confirmationTag);
    }

    Plan withPath(UnaryOperator<UpdatePath> other) {
      return new Plan(leaf, other, confirmationTag);
    }
  }

  private final SecureRandom random = TestClient.random(11);
  private final GroupState state;

  Mallet(GroupState state) {
    this.state = state;
  }

  static Mallet as(TestClient member) throws MlsException {
    return new Mallet(stateOf(member));
  }

  static GroupState stateOf(TestClient member) throws MlsException {
    return GroupState.decode(new TlsReader(member.group().encode()));
  }

  static List<ProposalOrRef> inline(Proposal... proposals) {
    return Stream.of(proposals).<ProposalOrRef>map(ProposalOrRef.Inline::new).toList();
  }

  /** Signed and protected. */
  byte[] sends(Content content, HandshakeOptions options) {
    return Framing.protect(state, Framing.sign(state, content, options), random).message();
  }

  /** A Commit as it is, with a tag that confirms nothing. */
  byte[] sendsWithTag(Commit commit) {
    AuthenticatedContent signed =
        Framing.sign(state, new Content.Committed(commit), HandshakeOptions.privateMessage());
    return Framing.protect(state, signed.withConfirmationTag(new byte[32]), random).message();
  }

  byte[] proposes(Proposal proposal) {
    return sends(new Content.Proposed(proposal), HandshakeOptions.publicMessage());
  }

  byte[] commits(Proposal... proposals) throws MlsException {
    return commits(Plan.HONEST, inline(proposals));
  }

  /** With a path. What the proposals ask for is done as far as it can be done. */
  byte[] commits(Plan plan, List<ProposalOrRef> proposals) throws MlsException {
    List<Proposal> asked = proposals.stream().flatMap(this::resolved).toList();
    Set<LeafIndex> added = new TreeSet<>();
    RatchetTree tree = changed(state.tree(), asked, state.self(), added);
    List<Extension> extensions =
        asked.stream()
            .filter(Proposal.GroupContextExtensions.class::isInstance)
            .map(each -> ((Proposal.GroupContextExtensions) each).extensions())
            .findFirst()
            .orElse(state.context().extensions());
    LeafNode.Content leaf = plan.leaf.apply(state.ownLeaf().content());
    NewPath path =
        NewPath.create(tree, state.self(), leaf, state.context().groupId(), state.signer(), random);
    GroupContext next = state.context().next(path.tree().treeHash(), extensions);
    UpdatePath update = plan.path.apply(path.encrypt(next.encode(), added, random));
    Content content = new Content.Committed(new Commit(proposals, Optional.of(update)));
    AuthenticatedContent signed = Framing.sign(state, content, HandshakeOptions.privateMessage());
    EpochChange change =
        EpochChange.of(
            next,
            state.interimTranscriptHash(),
            signed,
            new EpochChange.Inputs(state.secrets().init(), path.commitSecret(), noPsk()),
            path.tree().leafCount());
    byte[] tag = plan.confirmationTag.apply(change.confirmationTag());
    return Framing.protect(state, signed.withConfirmationTag(tag), random).message();
  }

  private Stream<Proposal> resolved(ProposalOrRef each) {
    return switch (each) {
      case ProposalOrRef.Inline(Proposal proposal) -> Stream.of(proposal);
      case ProposalOrRef.ByReference(ProposalRef ref) ->
          state.proposals().find(ref).map(CachedProposal::proposal).stream();
    };
  }

  private static RatchetTree changed(
      RatchetTree tree, List<Proposal> proposals, LeafIndex self, Set<LeafIndex> added) {
    RatchetTree changed = tree;
    for (Proposal each : proposals) {
      changed = changed(changed, each, self, added);
    }
    return changed;
  }

  /** The same tree if the proposal cannot be done: receivers are to find out. */
  private static RatchetTree changed(
      RatchetTree tree, Proposal proposal, LeafIndex self, Set<LeafIndex> added) {
    try {
      if (proposal instanceof Proposal.Remove(LeafIndex removed) && !removed.equals(self)) {
        return tree.remove(removed);
      }
      if (proposal instanceof Proposal.Add(KeyPackage keyPackage)) {
        RatchetTree.Added more = tree.add(keyPackage.leafNode());
        added.add(more.leaf());
        return more.tree();
      }
      return tree;
    } catch (MlsException e) {
      return tree;
    }
  }

  private Secret noPsk() {
    return Secret.zeros(state.suite().hashLength());
  }

  /** An external Commit of {@code joiner}; {@code proposals} stand behind a proper ExternalInit. */
  static byte[] joins(TestClient joiner, byte[] groupInfo, Plan plan, ProposalOrRef... proposals)
      throws MlsException {
    GroupInfo info = MlsMessage.decode(groupInfo, WireFormat.GROUP_INFO, GroupInfo::decode);
    CipherSuite suite = info.context().suite();
    Encapsulated init =
        suite.exportTo(
            info.externalPub().orElseThrow(),
            KeySchedule.externalInitContext(),
            suite.hashLength(),
            joiner.random);
    List<ProposalOrRef> all = new ArrayList<>(inline(new Proposal.ExternalInit(init.kemOutput())));
    all.addAll(List.of(proposals));
    return joins(joiner, info, plan, all, init.secret());
  }

  static byte[] joins(
      TestClient joiner, GroupInfo info, Plan plan, List<ProposalOrRef> proposals, Secret init)
      throws MlsException {
    GroupContext before = info.context();
    CipherSuite suite = before.suite();
    List<Proposal> asked =
        proposals.stream()
            .filter(ProposalOrRef.Inline.class::isInstance)
            .map(each -> ((ProposalOrRef.Inline) each).proposal())
            .toList();
    LeafIndex nobody = new LeafIndex(-1);
    RatchetTree whole = RatchetTree.decode(suite, info.ratchetTree().orElseThrow());
    RatchetTree tree = changed(whole, asked, nobody, new TreeSet<>());
    LeafNode.Content leaf =
        plan.leaf.apply(
            new LeafNode.Content(
                new HpkePublicKey(new byte[0]),
                joiner.credential,
                Capabilities.standard(),
                List.of()));
    NewPath path =
        NewPath.create(
            tree, tree.nextFreeLeaf(), leaf, before.groupId(), joiner.keys, joiner.random);
    GroupContext next = before.next(path.tree().treeHash(), before.extensions());
    UpdatePath update = plan.path.apply(path.encrypt(next.encode(), Set.of(), joiner.random));
    AuthenticatedContent signed =
        outside(
            joiner,
            before,
            new Sender.NewMemberCommit(),
            new Content.Committed(new Commit(proposals, Optional.ofNullable(update))));
    EpochChange change =
        EpochChange.of(
            next,
            TranscriptHash.interim(suite, before.confirmedTranscriptHash(), info.confirmationTag()),
            signed,
            new EpochChange.Inputs(init, path.commitSecret(), Secret.zeros(suite.hashLength())),
            path.tree().leafCount());
    return open(signed.withConfirmationTag(change.confirmationTag()));
  }

  /** Signed by someone who is no member. */
  static AuthenticatedContent outside(
      TestClient from, GroupContext context, Sender sender, Content content) {
    FramedContent framed =
        new FramedContent(context.groupId(), context.epoch(), sender, new byte[0], content);
    return AuthenticatedContent.sign(
        WireFormat.PUBLIC_MESSAGE, framed, from.keys, context.encode());
  }

  static byte[] open(AuthenticatedContent content) {
    return MlsMessage.encode(WireFormat.PUBLIC_MESSAGE, PublicMessage.ofOutsider(content));
  }
}
