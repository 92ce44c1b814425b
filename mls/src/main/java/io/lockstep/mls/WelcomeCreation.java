package io.lockstep.mls;

import io.lockstep.mls.codec.TlsWriter;
import io.lockstep.mls.crypto.CipherSuite;
import io.lockstep.mls.crypto.EncryptContext;
import io.lockstep.mls.crypto.HpkeCiphertext;
import io.lockstep.mls.crypto.Secret;
import io.lockstep.mls.framing.MlsMessage;
import io.lockstep.mls.message.GroupSecrets;
import io.lockstep.mls.message.Welcome;
import io.lockstep.mls.schedule.KeyAndNonce;
import io.lockstep.mls.tree.LeafIndex;
import io.lockstep.mls.tree.NewPath;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Makes the one Welcome for all whom a Commit adds (RFC 9420 section 12.4.3.1). */
final class WelcomeCreation {
  static final String LABEL = "Welcome";

  private final GroupState next;
  private final EpochChange change;
  private final SecureRandom random;

  WelcomeCreation(GroupState next, EpochChange change, SecureRandom random) {
    this.next = next;
    this.change = change;
    this.random = random;
  }

  Optional<byte[]> welcome(
      ProposalEffects effects, Optional<NewPath> path, GroupInfoContent content)
      throws MlsException {
    if (effects.added().isEmpty()) {
      return Optional.empty();
    }
    CipherSuite suite = next.suite();
    byte[] groupInfo = encryptedGroupInfo(content);
    // Hashes the GroupInfo, which may hold a large tree, once and not for each joiner.
    EncryptContext encryption = suite.encryptContext(LABEL, groupInfo);
    List<EncryptContext.Sealing> sealings = new ArrayList<>();
    for (Map.Entry<LeafIndex, KeyPackage> added : effects.added().entrySet()) {
      GroupSecrets secrets =
          new GroupSecrets(
              change.schedule().joinerSecret(),
              path.map(nodes -> nodes.pathSecretFor(added.getKey())),
              effects.psks());
      sealings.add(
          new EncryptContext.Sealing(
              added.getValue().initKey(), Secret.take(TlsWriter.encodeSecret(secrets))));
    }
    List<HpkeCiphertext> ciphertexts = encryption.sealAll(sealings, random);
    sealings.forEach(sealing -> sealing.plaintext().close());
    List<Welcome.Entry> entries = new ArrayList<>();
    for (KeyPackage added : effects.added().values()) {
      entries.add(new Welcome.Entry(added.ref(), ciphertexts.get(entries.size())));
    }
    Welcome welcome = new Welcome(suite, entries, groupInfo);
    return Optional.of(MlsMessage.encode(WireFormat.WELCOME, welcome));
  }

  private byte[] encryptedGroupInfo(GroupInfoContent content) {
    byte[] plain = GroupInfos.forWelcome(next, content).encode();
    try (KeyAndNonce key = change.schedule().welcomeKey()) {
      return next.suite().seal(key.key(), key.nonce().expose(), new byte[0], plain);
    }
  }
}
