package io.lockstep.mls;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lockstep.mls.codec.TlsWriter;
import io.lockstep.mls.crypto.CipherSuite;
import io.lockstep.mls.crypto.HpkePublicKey;
import io.lockstep.mls.tree.LeafIndex;
import io.lockstep.mls.tree.LeafNode;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class KeyPackageTest {
  private static final CipherSuite SUITE = CipherSuite.MLS_128_DHKEMX25519_AES128GCM_SHA256_ED25519;
  private static final Instant NOW = Instant.parse("2026-11-23T00:00:00Z");
  private static final Lifetime MONTH = Lifetime.starting(NOW, Duration.ofDays(30));
  private static final Credential ALICE = new BasicCredential(new byte[] {'a'});

  private final SecureRandom random = new SecureRandom();
  private final SignatureKeyPair keys = SignatureKeyPair.generate(SUITE, random);

  @ParameterizedTest
  @EnumSource
  void generatedPackageOfEverySuiteIsValidAndComesBackTheSame(CipherSuite suite) throws Exception {
    SignatureKeyPair signer = SignatureKeyPair.generate(suite, random);
    KeyPackageBundle bundle =
        KeyPackageBundle.generate(signer, ALICE, MONTH, KeyPackageUse.LAST_RESORT, random);
    KeyPackage back = KeyPackage.decode(bundle.keyPackage().encode());
    back.verify(NOW, new Trusting());
    assertEquals(bundle.keyPackage(), back);
    assertEquals(bundle.keyPackage().ref(), back.ref());
    assertTrue(back.isLastResort());
    assertEquals(MONTH, back.lifetime());
    assertArrayEquals(bundle.encode(), KeyPackageBundle.decode(bundle.encode()).encode());
  }

  @Test
  void everyFlippedBitIsRefused() throws Exception {
    byte[] good = generate(KeyPackageUse.ONCE).encode();
    KeyPackage.decode(good).verify(NOW, new Trusting());
    for (int bit = 0; bit < 8 * good.length; bit++) {
      byte[] flipped = good.clone();
      flipped[bit / 8] ^= (byte) (1 << bit % 8);
      assertThrows(
          MlsException.class,
          () -> KeyPackage.decode(flipped).verify(NOW, new Trusting()),
          "bit " + bit);
    }
  }

  @Test
  void everyTruncationIsMalformed() {
    byte[] good = generate(KeyPackageUse.ONCE).encode();
    for (int length = 0; length < good.length; length++) {
      byte[] part = Arrays.copyOf(good, length);
      assertThrows(MlsException.Malformed.class, () -> KeyPackage.decode(part));
    }
  }

  @Test
  void packageOutsideItsLifetimeIsRefusedByName() {
    KeyPackage good = generate(KeyPackageUse.ONCE);
    assertFalse(good.isLastResort());
    assertRule(Rule.LEAF_LIFETIME, good, NOW.plus(Duration.ofDays(31)));
    assertRule(Rule.LEAF_LIFETIME, good, NOW.minus(Duration.ofDays(1)));
  }

  @Test
  void lifetimeWithoutEndIsRefusedByName() {
    Lifetime forever = new Lifetime(0, -1);
    KeyPackage keyPackage =
        KeyPackageBundle.generate(keys, ALICE, forever, KeyPackageUse.ONCE, random).keyPackage();
    assertRule(Rule.LEAF_TOTAL_LIFETIME, keyPackage, NOW);
  }

  @Test
  void initKeyThatIsTheLeafKeyIsRefusedByName() {
    LeafNode leaf = generate(KeyPackageUse.ONCE).leafNode();
    KeyPackage same = KeyPackage.sign(leaf.encryptionKey(), leaf, List.of(), keys);
    assertRule(Rule.KEY_PACKAGE_INIT_KEY_DISTINCT, same, NOW);
  }

  @Test
  void initKeyOfTheWrongLengthIsRefusedByName() {
    LeafNode leaf = generate(KeyPackageUse.ONCE).leafNode();
    HpkePublicKey shortKey = new HpkePublicKey(new byte[31]);
    assertRule(
        Rule.KEY_PACKAGE_INIT_KEY_VALID, KeyPackage.sign(shortKey, leaf, List.of(), keys), NOW);
  }

  @Test
  void leafFromAnUpdateIsRefusedByName() {
    KeyPackage good = generate(KeyPackageUse.ONCE);
    LeafNode leaf =
        LeafNode.forUpdate(
            good.leafNode().content(), new GroupId(new byte[0]), new LeafIndex(0), keys);
    assertRule(Rule.LEAF_SOURCE, KeyPackage.sign(good.initKey(), leaf, List.of(), keys), NOW);
  }

  @Test
  void unknownExtensionThatCapabilitiesDoNotListIsIgnoredAndAKnownOneIsNot() throws Exception {
    KeyPackage good = generate(KeyPackageUse.ONCE);
    List<Extension> grease = List.of(new Extension(0x5A5A, new byte[3]));
    KeyPackage.sign(good.initKey(), good.leafNode(), grease, keys).verify(NOW, new Trusting());
    LeafNode.Content content = good.leafNode().content();
    Capabilities none =
        new Capabilities(List.of(1), List.of(1), List.of(), List.of(), List.of(Credential.BASIC));
    LeafNode leaf =
        LeafNode.forKeyPackage(
            new LeafNode.Content(content.encryptionKey(), content.credential(), none, List.of()),
            MONTH,
            keys);
    List<Extension> lastResort = List.of(new Extension(Extension.LAST_RESORT, new byte[0]));
    KeyPackage keyPackage = KeyPackage.sign(good.initKey(), leaf, lastResort, keys);
    assertRule(Rule.LEAF_EXTENSIONS_LISTED, keyPackage, NOW);
  }

  @Test
  void unknownExtensionsAndCredentialsThatAreListedAreCarried() throws Exception {
    Extension unknown = new Extension(0xF001, new byte[] {1, 2, 3});
    Credential credential = new UnknownCredential(0xF002, new byte[] {4});
    Capabilities capabilities =
        new Capabilities(
            List.of(1), List.of(1), List.of(0xF001), List.of(), List.of(0xF002, 0x0A0A));
    KeyPackage other = generate(KeyPackageUse.ONCE);
    LeafNode.Content content =
        new LeafNode.Content(
            other.leafNode().encryptionKey(), credential, capabilities, List.of(unknown));
    LeafNode leaf = LeafNode.forKeyPackage(content, MONTH, keys);
    KeyPackage signed = KeyPackage.sign(other.initKey(), leaf, List.of(unknown), keys);
    KeyPackage back = KeyPackage.decode(signed.encode());
    back.verify(NOW, new Trusting());
    assertEquals(List.of(unknown), back.extensions());
    assertEquals(credential, back.credential());
  }

  @Test
  void extensionTypeThatIsThereTwiceIsMalformed() {
    Extension extension = new Extension(Extension.LAST_RESORT, new byte[0]);
    KeyPackage good = generate(KeyPackageUse.ONCE);
    KeyPackage twice =
        KeyPackage.sign(good.initKey(), good.leafNode(), List.of(extension, extension), keys);
    assertThrows(MlsException.Malformed.class, () -> KeyPackage.decode(twice.encode()));
  }

  @Test
  void otherVersionsSuitesAndMessagesHaveTheirOwnErrors() {
    byte[] good = generate(KeyPackageUse.ONCE).encode();
    assertThrows(MlsException.Unsupported.class, () -> KeyPackage.decode(withUint16(good, 0, 2)));
    assertThrows(MlsException.Malformed.class, () -> KeyPackage.decode(withUint16(good, 2, 3)));
    assertThrows(
        MlsException.Unsupported.class, () -> KeyPackage.decode(withUint16(good, 6, 0x7777)));
  }

  @Test
  void validatorHasTheLastWord() {
    KeyPackage good = generate(KeyPackageUse.ONCE);
    CredentialValidator nobody =
        new Trusting() {
          @Override
          public void validate(Credential credential, byte[] signaturePublicKey)
              throws MlsException {
            throw new MlsException.CredentialRefused("credential-unknown", "nobody is known");
          }
        };
    MlsException.CredentialRefused refusal =
        assertThrows(MlsException.CredentialRefused.class, () -> good.verify(NOW, nobody));
    assertEquals("credential-unknown", refusal.reason());
  }

  private KeyPackage generate(KeyPackageUse use) {
    return KeyPackageBundle.generate(keys, ALICE, MONTH, use, random).keyPackage();
  }

  private static void assertRule(Rule rule, KeyPackage keyPackage, Instant now) {
    MlsException.Invalid refusal =
        assertThrows(MlsException.Invalid.class, () -> keyPackage.verify(now, new Trusting()));
    assertEquals(rule, refusal.rule());
  }

  private static byte[] withUint16(byte[] bytes, int at, int value) {
    byte[] changed = bytes.clone();
    System.arraycopy(new TlsWriter().uint16(value).toByteArray(), 0, changed, at, 2);
    return changed;
  }

  private static class Trusting implements CredentialValidator {
    @Override
    public void validate(Credential credential, byte[] signaturePublicKey) throws MlsException {}

    @Override
    public boolean sameClient(Credential credential, Credential successor) {
      return true;
    }
  }
}
