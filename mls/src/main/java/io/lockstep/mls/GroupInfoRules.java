package io.lockstep.mls;

import io.lockstep.mls.crypto.HpkePublicKey;
import io.lockstep.mls.crypto.SignaturePublicKey;
import io.lockstep.mls.message.GroupContext;
import io.lockstep.mls.message.GroupInfo;
import io.lockstep.mls.tree.LeafIndex;
import io.lockstep.mls.tree.LeafRules;
import io.lockstep.mls.tree.RatchetTree;
import io.lockstep.mls.tree.TreeRules;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * What a newcomer verifies before it believes a GroupInfo (RFC 9420 section 12.4.3.1), and what
 * someone who followed the group compares.
 */
final class GroupInfoRules {
  private GroupInfoRules() {}

  /**
   * The tree that the GroupInfo speaks of, with everything in it verified. Whether the lifetimes of
   * other members are over is not looked at: a member that never updated its leaf would make a
   * group that nobody can join, and the RFC only recommends the check.
   */
  static RatchetTree verifiedTree(GroupInfo info, ReceiveContext receive) throws MlsException {
    GroupContext context = info.context();
    byte[] encoded = encodedTree(info, receive);
    RatchetTree tree = RatchetTree.decode(context.suite(), encoded);
    if (!MessageDigest.isEqual(tree.treeHash(), context.treeHash())) {
      throw new MlsException.Invalid(Rule.TREE_HASH, "the tree is not that of the GroupInfo");
    }
    checkSignature(info, tree);
    TreeRules.checkTree(tree, context.groupId(), receive.credentials());
    TreeRules.checkSupport(tree, context.extensions());
    if (!receive.lifetimeMax().equals(ReceiveContext.UNLIMITED)) {
      for (LeafIndex index : tree.memberIndices()) {
        LeafRules.checkTotalLifetime(tree.member(index), receive.lifetimeMax());
      }
    }
    ExternalSenders.check(context.extensions(), List.of(), receive.credentials());
    return tree;
  }

  /**
   * That the GroupInfo is one of an epoch which is known already: what a newcomer has to believe
   * can be compared.
   */
  static void checkSame(GroupInfo info, PublicState state, ConfirmationTag known)
      throws MlsException {
    GroupContext context = info.context();
    HandshakeRules.requireCurrentEpoch(context.groupId(), context.epoch(), state);
    checkSameContext(context, state.context());
    if (!known.is(info.confirmationTag())) {
      throw new MlsException.Invalid(
          Rule.GROUP_INFO_CONFIRMATION_TAG, "it is not that of the Commit");
    }
    Optional<byte[]> tree = info.ratchetTree();
    if (tree.isPresent() && !Arrays.equals(tree.get(), state.tree().encode())) {
      throw new MlsException.Invalid(Rule.TREE_HASH, "the tree inside is another one");
    }
    Optional<HpkePublicKey> externalPub = info.externalPub();
    if (externalPub.isPresent() && !context.suite().isHpkePublicKey(externalPub.get())) {
      throw new MlsException.Invalid(Rule.EXTERNAL_PUB, "it is no key of the suite's KEM");
    }
    checkSignature(info, state.tree());
  }

  private static void checkSameContext(GroupContext context, GroupContext known)
      throws MlsException.Invalid {
    if (!MessageDigest.isEqual(context.treeHash(), known.treeHash())) {
      throw new MlsException.Invalid(Rule.GROUP_INFO_CONTEXT, "the tree hash is another one");
    }
    if (!MessageDigest.isEqual(
        context.confirmedTranscriptHash(), known.confirmedTranscriptHash())) {
      throw new MlsException.Invalid(Rule.GROUP_INFO_CONTEXT, "the transcript is another one");
    }
    if (!Arrays.equals(context.encode(), known.encode())) {
      throw new MlsException.Invalid(Rule.GROUP_INFO_CONTEXT, "suite or extensions are other ones");
    }
  }

  /** A MAC of another length is none: all that can be said of it without a secret. */
  static void checkConfirmationTagLength(GroupInfo info) throws MlsException.Invalid {
    if (info.confirmationTag().length != info.context().suite().hashLength()) {
      throw new MlsException.Invalid(
          Rule.GROUP_INFO_CONFIRMATION_TAG, "it is not as long as a MAC");
    }
  }

  private static void checkSignature(GroupInfo info, RatchetTree tree) throws MlsException.Invalid {
    SignaturePublicKey key = tree.member(info.signer()).signatureKey();
    if (!info.verifySignature(tree.suite(), key)) {
      throw new MlsException.Invalid(Rule.GROUP_INFO_SIGNATURE, "the signature does not verify");
    }
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
