package io.lockstep.mls;

import io.lockstep.mls.crypto.CipherSuite;
import io.lockstep.mls.tree.LeafIndex;
import java.nio.charset.StandardCharsets;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** One client in one group. The state is stored and read back after every step. */
final class TestClient {
  static final Instant NOW = Instant.parse("2026-11-01T12:00:00Z");
  static final CredentialValidator TRUST = new NamedClients();
  static final ReceiveContext CONTEXT = ReceiveContext.of(TRUST, NOW);
  static final Lifetime LIFETIME = Lifetime.starting(NOW, Duration.ofDays(30));
  static final GroupId GROUP_ID = new GroupId("the group".getBytes(StandardCharsets.UTF_8));
  static final CipherSuite SUITE = CipherSuite.MLS_128_DHKEMX25519_AES128GCM_SHA256_ED25519;

  final String name;
  final SecureRandom random;
  final SignatureKeyPair keys;
  final Credential credential;
  private KeyPackageBundle bundle;
  private Group group;

  TestClient(String name, SecureRandom random, CipherSuite suite) {
    this.name = name;
    this.random = random;
    this.keys = SignatureKeyPair.generate(suite, random);
    this.credential = new BasicCredential(name.getBytes(StandardCharsets.UTF_8));
  }

  static TestClient named(String name) {
    return new TestClient(name, random(name.hashCode()), SUITE);
  }

  /** The same sequence for the same seed. */
  static SecureRandom random(long seed) {
    try {
      SecureRandom random = SecureRandom.getInstance("SHA1PRNG");
      random.setSeed(seed);
      return random;
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  TestClient creates(Extension... extensions) throws MlsException {
    set(Group.create(GROUP_ID, keys, credential, LIFETIME, List.of(extensions), random));
    return this;
  }

  KeyPackage keyPackage() {
    bundle = KeyPackageBundle.generate(keys, credential, LIFETIME, KeyPackageUse.ONCE, random);
    return bundle.keyPackage();
  }

  KeyPackageBundle bundle() {
    return bundle;
  }

  void joins(byte[] welcome) throws MlsException {
    set(Group.join(welcome, bundle, keys, CONTEXT));
  }

  void joins(PendingCommit commit) throws MlsException {
    set(
        Group.join(
            commit.welcome().orElseThrow(),
            bundle,
            keys,
            CONTEXT.withRatchetTree(commit.next().ratchetTree())));
  }

  /** Returns the external Commit; the group is in it already. */
  byte[] joinsExternally(byte[] groupInfo) throws MlsException {
    ExternalJoin made = Group.joinExternally(groupInfo, keys, credential, CONTEXT, random);
    ExternalJoin join = ExternalJoin.decode(made.encode());
    set(join.next());
    return join.commit();
  }

  Group group() {
    return group;
  }

  LeafIndex leaf() {
    return group.ownLeaf();
  }

  void set(Group next) throws MlsException {
    group = Group.decode(next.encode());
  }

  PendingCommit commits(CommitOptions options) throws MlsException {
    PendingCommit pending = group.commit(options, TRUST, random, NOW);
    return PendingCommit.decode(pending.encode());
  }

  byte[] says(String text) throws MlsException {
    Protected message = group.protect(utf8(text), utf8("aad"), random);
    set(message.next());
    return message.message();
  }

  byte[] proposes(Proposed proposed) throws MlsException {
    set(proposed.next());
    return proposed.message();
  }

  Effect receives(byte[] message) throws MlsException {
    Effect effect = group.process(message, TRUST, NOW);
    set(effect.next());
    return effect;
  }

  /** The text of an application message. */
  String reads(byte[] message) throws MlsException {
    Effect.ApplicationMessage read = (Effect.ApplicationMessage) receives(message);
    return new String(read.data(), StandardCharsets.UTF_8);
  }

  /** Throws what {@code process} throws; the client keeps the state it has. */
  Optional<Effect> tries(byte[] message) throws MlsException {
    return Optional.of(group.process(message, TRUST, NOW));
  }

  @Override
  public String toString() {
    return name;
  }
}
