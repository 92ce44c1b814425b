package io.lockstep.mls;

import io.lockstep.mls.crypto.HpkeKeyPair;
import io.lockstep.mls.framing.MlsMessage;
import io.lockstep.mls.message.GroupInfo;
import java.util.ArrayList;
import java.util.List;

/** A member describes its group to newcomers (RFC 9420 section 12.4.3). */
final class GroupInfos {
  private GroupInfos() {}

  /** For external joins: an MLSMessage, with external_pub. */
  static byte[] message(GroupState state, GroupInfoContent content) {
    List<Extension> extensions = new ArrayList<>();
    try (HpkeKeyPair external = state.secrets().externalKeyPair(state.suite())) {
      extensions.add(GroupInfo.externalPub(external.publicKey()));
    }
    addTree(state, content, extensions);
    return MlsMessage.encode(WireFormat.GROUP_INFO, sign(state, extensions));
  }

  /** For a Welcome. */
  static GroupInfo forWelcome(GroupState state, GroupInfoContent content) {
    List<Extension> extensions = new ArrayList<>();
    addTree(state, content, extensions);
    return sign(state, extensions);
  }

  private static void addTree(
      GroupState state, GroupInfoContent content, List<Extension> extensions) {
    switch (content) {
      case WITH_TREE ->
          extensions.add(new Extension(Extension.RATCHET_TREE, state.tree().encode()));
      case WITHOUT_TREE -> {}
    }
  }

  private static GroupInfo sign(GroupState state, List<Extension> extensions) {
    return GroupInfo.sign(
        state.context(), extensions, state.confirmationTag(), state.self(), state.signer());
  }
}
