package io.lockstep.mls;

import io.lockstep.mls.message.GroupContext;
import io.lockstep.mls.message.GroupInfo;
import io.lockstep.mls.tree.RatchetTree;
import io.lockstep.mls.tree.TreeRules;
import java.security.MessageDigest;
import java.util.List;
import java.util.Optional;

/** What a newcomer verifies before it believes a GroupInfo (RFC 9420 section 12.4.3.1). */
final class GroupInfoRules {
  private GroupInfoRules() {}

  /**
   * The tree that the GroupInfo speaks of, with everything in it verified. Lifetimes of other
   * members are not looked at: a member that never updated its leaf would make a group that nobody
   * can join, and the RFC only recommends the check.
   */
  static RatchetTree verifiedTree(GroupInfo info, ReceiveContext receive) throws MlsException {
    GroupContext context = info.context();
    byte[] encoded = encodedTree(info, receive);
    RatchetTree tree = RatchetTree.decode(context.suite(), encoded);
    if (!MessageDigest.isEqual(tree.treeHash(), context.treeHash())) {
      throw new MlsException.Invalid(Rule.TREE_HASH, "the tree is not that of the GroupInfo");
    }
    if (!info.verifySignature(context.suite(), tree.member(info.signer()).signatureKey())) {
      throw new MlsException.Invalid(Rule.GROUP_INFO_SIGNATURE, "the signature does not verify");
    }
    TreeRules.checkTree(tree, context.groupId(), receive.credentials());
    TreeRules.checkSupport(tree, context.extensions());
    ExternalSenders.check(context.extensions(), List.of(), receive.credentials());
    return tree;
  }

  private static byte[] encodedTree(GroupInfo info, ReceiveContext receive)
      throws MlsException.Invalid {
    Optional<byte[]> tree = info.ratchetTree().or(receive::ratchetTree);
    return tree.orElseThrow(
        () ->
            new MlsException.Invalid(
                Rule.RATCHET_TREE_KNOWN, "the tree is neither inside nor given"));
  }
}
