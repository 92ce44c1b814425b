package io.lockstep.mls;

import io.lockstep.mls.codec.TlsReader;
import io.lockstep.mls.crypto.CipherSuite;
import io.lockstep.mls.crypto.Secret;
import io.lockstep.mls.framing.MlsMessage;
import io.lockstep.mls.message.GroupContext;
import io.lockstep.mls.message.GroupInfo;
import io.lockstep.mls.message.GroupSecrets;
import io.lockstep.mls.message.PreSharedKeyId;
import io.lockstep.mls.message.Welcome;
import io.lockstep.mls.schedule.KeyAndNonce;
import io.lockstep.mls.schedule.KeySchedule;
import io.lockstep.mls.tree.LeafIndex;
import io.lockstep.mls.tree.PrivateTree;
import io.lockstep.mls.tree.RatchetTree;
import java.util.Optional;

/** A newcomer enters by Welcome (RFC 9420 section 12.4.3.1). */
final class WelcomeJoin {
  private final KeyPackageBundle bundle;
  private final SignatureKeyPair keys;
  private final ReceiveContext receive;
  private final CipherSuite suite;

  private WelcomeJoin(KeyPackageBundle bundle, SignatureKeyPair keys, ReceiveContext receive) {
    this.bundle = bundle;
    this.keys = keys;
    this.receive = receive;
    this.suite = bundle.keyPackage().suite();
  }

  static GroupState join(
      byte[] message, KeyPackageBundle bundle, SignatureKeyPair keys, ReceiveContext receive)
      throws MlsException {
    if (!keys.publicKey().equals(bundle.keyPackage().signatureKey())) {
      throw new IllegalArgumentException("the signature key is not that of the KeyPackage");
    }
    Welcome welcome = MlsMessage.decode(message, WireFormat.WELCOME, Welcome::decode);
    return new WelcomeJoin(bundle, keys, receive).join(welcome);
  }

  private GroupState join(Welcome welcome) throws MlsException {
    try (GroupSecrets secrets = open(welcome)) {
      for (PreSharedKeyId id : secrets.psks()) {
        ProposalListRules.checkPskNonce(id, suite);
      }
      Optional<Origin> origin = Origin.of(secrets.psks(), receive);
      try (Secret psk = PskResolver.pskSecret(suite, secrets.psks(), receive.pskSource());
          KeySchedule schedule = KeySchedule.ofWelcome(suite, secrets.joinerSecret(), psk)) {
        GroupInfo info = open(welcome, schedule);
        RatchetTree tree = GroupInfoRules.verifiedTree(info, receive);
        PrivateTree ownKeys = ownKeys(tree, info, secrets);
        GroupState joined = state(info, tree, ownKeys, schedule);
        if (origin.isPresent()) {
          origin.get().check(info.context(), tree, receive.credentials());
        }
        return joined;
      }
    }
  }

  private GroupSecrets open(Welcome welcome) throws MlsException {
    if (welcome.suite() != suite) {
      throw new MlsException.Invalid(Rule.WELCOME_SUITE, "not the suite of the KeyPackage");
    }
    Welcome.Entry entry =
        welcome
            .entryFor(bundle.keyPackage().ref())
            .orElseThrow(
                () -> new MlsException.Invalid(Rule.WELCOME_ENTRY, "not for this KeyPackage"));
    byte[] plain =
        suite.decryptWithLabel(
            bundle.initKey(), WelcomeCreation.LABEL, welcome.encryptedGroupInfo(), entry.secrets());
    try (Secret wiped = Secret.take(plain)) {
      return TlsReader.decodeAll(wiped.expose(), GroupSecrets::decode);
    }
  }

  private GroupInfo open(Welcome welcome, KeySchedule schedule) throws MlsException {
    try (KeyAndNonce key = schedule.welcomeKey()) {
      byte[] plain =
          suite.open(key.key(), key.nonce().expose(), new byte[0], welcome.encryptedGroupInfo());
      GroupInfo info = TlsReader.decodeAll(plain, GroupInfo::decode);
      if (info.context().suite() != suite) {
        throw new MlsException.Invalid(Rule.GROUP_INFO_SUITE, "not the suite of the KeyPackage");
      }
      return info;
    }
  }

  private PrivateTree ownKeys(RatchetTree tree, GroupInfo info, GroupSecrets secrets)
      throws MlsException {
    LeafIndex self =
        tree.find(bundle.keyPackage().leafNode())
            .orElseThrow(
                () ->
                    new MlsException.Invalid(
                        Rule.OWN_LEAF_IN_TREE, "no leaf is that of the KeyPackage"));
    return PrivateTree.joined(
        tree, self, bundle.leafKey().copy(), info.signer(), secrets.pathSecret());
  }

  private GroupState state(
      GroupInfo info, RatchetTree tree, PrivateTree ownKeys, KeySchedule schedule)
      throws MlsException {
    GroupContext context = info.context();
    KeySchedule.Epoch epoch = schedule.epoch(context.encode(), tree.leafCount());
    if (!epoch
        .secrets()
        .verifyConfirmationTag(suite, context.confirmedTranscriptHash(), info.confirmationTag())) {
      epoch.wipe();
      throw new MlsException.Invalid(Rule.CONFIRMATION_TAG, "the confirmation tag does not verify");
    }
    return new GroupState(
        context,
        tree,
        ownKeys,
        keys.copy(),
        epoch.secrets(),
        epoch.tree(),
        ProposalCache.EMPTY,
        PastEpochs.NONE,
        GroupState.ACTIVE);
  }
}
