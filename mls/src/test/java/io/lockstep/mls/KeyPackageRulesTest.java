package io.lockstep.mls;

import static io.lockstep.mls.Refusals.assertRefused;
import static io.lockstep.mls.Refusals.assertRule;
import static io.lockstep.mls.TestClient.LIFETIME;
import static io.lockstep.mls.TestClient.NOW;
import static io.lockstep.mls.TestClient.SUITE;
import static io.lockstep.mls.TestClient.TRUST;

import io.lockstep.mls.codec.TlsReader;
import io.lockstep.mls.crypto.CipherSuite;
import io.lockstep.mls.crypto.HpkePublicKey;
import io.lockstep.mls.message.Proposal;
import io.lockstep.mls.tree.LeafIndex;
import io.lockstep.mls.tree.LeafNode;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * KeyPackages that break one rule (RFC 9420 sections 7.3 and 10.1), added by a member who does not
 * mind: everyone else does.
 */
class KeyPackageRulesTest {
  private final TestClient alice = TestClient.named("alice");
  private final TestClient bob = TestClient.named("bob");
  private final TestClient dave = TestClient.named("dave");

  @BeforeEach
  void twoMembers() throws Exception {
    alice.creates();
    PendingCommit added = alice.commits(CommitOptions.empty().add(bob.keyPackage()));
    alice.set(added.next());
    bob.joins(added);
  }

  private void assertNotAdded(Rule rule, KeyPackage keyPackage) throws MlsException {
    Proposal add = new Proposal.Add(keyPackage);
    assertRefused(rule, bob, Mallet.as(alice).commits(add));
    assertRefused(rule, bob, Mallet.as(alice).proposes(add));
    assertRule(rule, () -> alice.commits(CommitOptions.empty().propose(add)));
  }

  private KeyPackage with(LeafNode leaf, Extension... extensions) {
    return KeyPackage.sign(freshKey(), leaf, List.of(extensions), dave.keys);
  }

  private static HpkePublicKey freshKey() {
    return SUITE.generateHpkeKeyPair(TestClient.random(77)).publicKey();
  }

  private LeafNode leaf(Capabilities capabilities, Extension... extensions) {
    return LeafNode.forKeyPackage(
        new LeafNode.Content(
            dave.keyPackage().leafNode().encryptionKey(),
            dave.credential,
            capabilities,
            List.of(extensions)),
        LIFETIME,
        dave.keys);
  }

  private static Capabilities listing(List<Integer> credentials) {
    return new Capabilities(List.of(1), List.of(1), List.of(), List.of(), credentials);
  }

  @Test
  void encryptionKeyThatIsNoKeyIsRefused() throws Exception {
    LeafNode.Content content =
        dave.keyPackage().leafNode().content().withEncryptionKey(new HpkePublicKey(new byte[31]));
    LeafNode leaf = LeafNode.forKeyPackage(content, LIFETIME, dave.keys);
    assertNotAdded(Rule.LEAF_ENCRYPTION_KEY_VALID, with(leaf));
  }

  @Test
  void initKeyThatIsNoKeyIsRefused() throws Exception {
    LeafNode leaf = dave.keyPackage().leafNode();
    HpkePublicKey none = new HpkePublicKey(new byte[33]);
    assertNotAdded(
        Rule.KEY_PACKAGE_INIT_KEY_VALID, KeyPackage.sign(none, leaf, List.of(), dave.keys));
  }

  @Test
  void initKeyThatIsTheLeafKeyIsRefused() throws Exception {
    LeafNode leaf = dave.keyPackage().leafNode();
    assertNotAdded(
        Rule.KEY_PACKAGE_INIT_KEY_DISTINCT,
        KeyPackage.sign(leaf.encryptionKey(), leaf, List.of(), dave.keys));
  }

  @Test
  void packageWithForgedSignatureIsRefused() throws Exception {
    byte[] bytes = dave.keyPackage().encode();
    bytes[bytes.length - 1] ^= 1;
    assertNotAdded(Rule.KEY_PACKAGE_SIGNATURE, KeyPackage.decode(bytes));
  }

  @Test
  void leafWithForgedSignatureIsRefused() throws Exception {
    byte[] bytes = dave.keyPackage().leafNode().encode();
    bytes[bytes.length - 1] ^= 1;
    LeafNode forged = TlsReader.decodeAll(bytes, LeafNode::decode);
    assertNotAdded(Rule.LEAF_SIGNATURE, with(forged));
  }

  @Test
  void leafThatWasMadeForAnUpdateIsRefused() throws Exception {
    LeafNode.Content content = dave.keyPackage().leafNode().content();
    LeafNode update = LeafNode.forUpdate(content, TestClient.GROUP_ID, new LeafIndex(2), dave.keys);
    assertNotAdded(Rule.LEAF_SOURCE, with(update));
  }

  @Test
  void credentialTypeThatIsNotListedIsRefused() throws Exception {
    Capabilities onlyX509 = listing(List.of(Credential.X509));
    assertNotAdded(Rule.LEAF_CREDENTIAL_TYPE_LISTED, with(leaf(onlyX509)));
  }

  @Test
  void extensionThatIsNotListedIsRefused() throws Exception {
    Extension unlisted = new Extension(0xF001, new byte[0]);
    Capabilities basic = listing(List.of(Credential.BASIC));
    assertNotAdded(Rule.LEAF_EXTENSIONS_LISTED, with(leaf(basic, unlisted)));
    Extension lastResort = new Extension(Extension.LAST_RESORT, new byte[0]);
    assertNotAdded(Rule.LEAF_EXTENSIONS_LISTED, with(leaf(basic), lastResort));
  }

  @Test
  void lifetimeThatIsOverOrTooLongIsRefused() throws Exception {
    Lifetime over = new Lifetime(0, 1_000);
    Lifetime forever = new Lifetime(0, -1);
    for (Lifetime each : List.of(over, forever)) {
      LeafNode leaf =
          LeafNode.forKeyPackage(dave.keyPackage().leafNode().content(), each, dave.keys);
      Rule rule = each.equals(over) ? Rule.LEAF_LIFETIME : Rule.LEAF_TOTAL_LIFETIME;
      assertNotAdded(rule, with(leaf));
    }
  }

  @Test
  void packageForAnotherSuiteIsRefused() throws Exception {
    TestClient other =
        new TestClient(
            "other",
            TestClient.random(5),
            CipherSuite.MLS_128_DHKEMX25519_CHACHA20POLY1305_SHA256_ED25519);
    assertNotAdded(Rule.KEY_PACKAGE_SUITE, other.keyPackage());
  }

  @Test
  void packageThatDoesNotListItsVersionOrSuiteIsRefused() {
    Capabilities noVersion =
        new Capabilities(List.of(9), List.of(1), List.of(), List.of(), List.of(1));
    Capabilities noSuite =
        new Capabilities(List.of(1), List.of(2), List.of(), List.of(), List.of(1));
    assertRule(Rule.LEAF_VERSION_LISTED, () -> with(leaf(noVersion)).verify(NOW, TRUST));
    assertRule(Rule.LEAF_SUITE_LISTED, () -> with(leaf(noSuite)).verify(NOW, TRUST));
  }

  @Test
  void keysThatAMemberHasAlreadyAreRefused() throws Exception {
    LeafNode taken =
        LeafNode.forKeyPackage(
            dave.keyPackage()
                .leafNode()
                .content()
                .withEncryptionKey(Mallet.stateOf(bob).ownLeaf().encryptionKey()),
            LIFETIME,
            dave.keys);
    Proposal sameEncryptionKey = new Proposal.Add(with(taken));
    assertRefused(
        Rule.LEAF_ENCRYPTION_KEY_UNIQUE, bob, Mallet.as(alice).commits(sameEncryptionKey));
    Proposal sameSignatureKey = new Proposal.Add(bob.keyPackage());
    assertRefused(Rule.LEAF_SIGNATURE_KEY_UNIQUE, bob, Mallet.as(alice).commits(sameSignatureKey));
  }

  @Test
  void newMemberThatDoesNotKnowTheCredentialsInUseIsRefused() throws Exception {
    LeafNode.Content content =
        new LeafNode.Content(
            dave.keyPackage().leafNode().encryptionKey(),
            new X509Credential(List.of(new byte[] {1})),
            listing(List.of(Credential.X509)),
            List.of());
    LeafNode stranger = LeafNode.forKeyPackage(content, LIFETIME, dave.keys);
    Proposal add = new Proposal.Add(with(stranger));
    assertRefused(Rule.CREDENTIAL_TYPE_SUPPORTED, bob, Mallet.as(alice).commits(add));
  }

  @Test
  void keyThatNobodyCanEncryptToIsRefused() {
    HpkePublicKey lowOrder = new HpkePublicKey(new byte[32]);
    assertRule(
        Rule.PUBLIC_KEY_VALID,
        () -> SUITE.encryptWithLabel(lowOrder, "x", new byte[0], new byte[1], alice.random));
    byte[] noPoint = new byte[65];
    Arrays.fill(noPoint, (byte) 4);
    CipherSuite p256 = CipherSuite.MLS_128_DHKEMP256_AES128GCM_SHA256_P256;
    assertRule(
        Rule.PUBLIC_KEY_VALID,
        () ->
            p256.encryptWithLabel(
                new HpkePublicKey(noPoint), "x", new byte[0], new byte[1], alice.random));
  }
}
