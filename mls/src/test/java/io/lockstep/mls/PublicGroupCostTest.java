package io.lockstep.mls;

import static io.lockstep.mls.TestClient.CONTEXT;
import static io.lockstep.mls.TestClient.LIFETIME;
import static io.lockstep.mls.TestClient.SUITE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lockstep.mls.codec.TlsReader;
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
import io.lockstep.mls.tree.LeafIndex;
import io.lockstep.mls.tree.LeafNode;
import io.lockstep.mls.tree.NewNodes;
import io.lockstep.mls.tree.NewPath;
import io.lockstep.mls.tree.RatchetTree;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * A Commit in a full tree of 4,096 members costs O(log n), shown by counting instead of timing: all
 * nodes but those on the changed paths are the very objects of the tree before, with their hashes.
 */
class PublicGroupCostTest {
  private static final int MEMBERS = 4_096;
  private static final int LEVELS = 12;

  private final SecureRandom random = TestClient.random(4_096);
  private final List<SignatureKeyPair> keys = new ArrayList<>();

  @Test
  void commitMakesNewNodesOnItsPathsOnly() throws Exception {
    PublicGroup group = group(populatedTree());
    assertEquals(MEMBERS, group.memberCount());

    PublicGroup renewed = process(group, 1_234);
    assertCost(1, group, renewed);

    Proposal remove = new Proposal.Remove(new LeafIndex(3_000));
    PublicGroup removed = process(renewed, 7, remove);
    assertCost(2, renewed, removed);

    TestClient joiner = TestClient.named("joiner");
    PublicGroup added = process(removed, 4_000, new Proposal.Add(joiner.keyPackage()));
    assertCost(2, removed, added);

    // What is written to disk is as little: the new nodes, and the record of constant size.
    int written = added.changesSince(removed).puts().size();
    assertTrue(written <= 2 * (LEVELS + 1) + 1, written + " records");

    // What was stored and read back is one tree again, with its hashes.
    PublicGroup stored = PublicGroup.decode(added.encode());
    assertCost(1, stored, process(stored, 99));
  }

  /** Each path has one node per level, and paths share the upper ones. */
  private static void assertCost(int paths, PublicGroup before, PublicGroup after) {
    int made = NewNodes.count(before.tree(), after.tree());
    assertTrue(made > LEVELS, made + " new nodes are too few for a path");
    assertTrue(
        made <= paths * (LEVELS + 1), made + " new nodes for " + paths + " paths of " + LEVELS);
  }

  private PublicGroup process(PublicGroup group, int committer, Proposal... inline)
      throws MlsException {
    LeafIndex self = new LeafIndex(committer);
    List<ProposalOrRef> list = new ArrayList<>();
    List<ProposalList.Entry> entries = new ArrayList<>();
    for (Proposal each : inline) {
      list.add(new ProposalOrRef.Inline(each));
      entries.add(new ProposalList.Entry(new Sender.Member(self), each));
    }
    GroupContext context = group.context();
    ProposalEffects effects =
        ProposalEffects.of(new ProposalList(entries), context, group.tree(), CONTEXT.sending());
    UpdatePath path =
        path(effects.tree(), self).encrypt(new byte[0], effects.addedLeaves(), random);
    FramedContent framed =
        new FramedContent(
            context.groupId(),
            context.epoch(),
            new Sender.Member(self),
            new byte[0],
            new Content.Committed(new Commit(list, Optional.of(path))));
    AuthenticatedContent signed =
        AuthenticatedContent.sign(
                WireFormat.PUBLIC_MESSAGE, framed, keys.get(committer), context.encode())
            .withConfirmationTag(new byte[SUITE.hashLength()]);
    Secret membershipKey = Secret.zeros(SUITE.hashLength());
    PublicMessage message = PublicMessage.ofMember(SUITE, signed, membershipKey, context.encode());
    byte[] encoded = MlsMessage.encode(WireFormat.PUBLIC_MESSAGE, message);
    return group.process(encoded, CONTEXT).next();
  }

  /** The state as a tracker that began with a GroupInfo has it. */
  private PublicGroup group(RatchetTree tree) throws MlsException {
    GroupContext context =
        new GroupContext(
            SUITE, TestClient.GROUP_ID, MEMBERS, tree.treeHash(), new byte[32], List.of());
    LeafIndex signer = new LeafIndex(0);
    GroupInfo info = GroupInfo.sign(context, List.of(), new byte[32], signer, keys.getFirst());
    return new PublicGroup(PublicGroupState.of(info, tree));
  }

  /** Every leaf and every parent is populated. */
  private RatchetTree populatedTree() throws MlsException {
    RatchetTree tree = RatchetTree.of(SUITE, leaf());
    for (int i = 1; i < MEMBERS; i++) {
      tree = tree.add(leaf()).tree();
    }
    for (int i = 0; i < MEMBERS; i += 2) {
      tree = path(tree, new LeafIndex(i)).tree();
    }
    return RatchetTree.decode(SUITE, new TlsReader(tree.encode()));
  }

  private LeafNode leaf() {
    keys.add(SignatureKeyPair.generate(SUITE, random));
    return LeafNode.forKeyPackage(content("member " + keys.size()), LIFETIME, keys.getLast());
  }

  private LeafNode.Content content(String name) {
    return new LeafNode.Content(
        SUITE.generateHpkeKeyPair(random).publicKey(),
        new BasicCredential(TestClient.utf8(name)),
        Capabilities.standard(),
        List.of());
  }

  private NewPath path(RatchetTree tree, LeafIndex self) throws MlsException {
    LeafNode.Content content = tree.member(self).content();
    return NewPath.create(tree, self, content, TestClient.GROUP_ID, keys.get(self.value()), random);
  }
}
