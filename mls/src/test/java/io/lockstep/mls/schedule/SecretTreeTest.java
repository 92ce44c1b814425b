package io.lockstep.mls.schedule;

import static io.lockstep.mls.Vectors.hex;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.lockstep.mls.MlsException;
import io.lockstep.mls.Vectors;
import io.lockstep.mls.codec.TlsReader;
import io.lockstep.mls.crypto.CipherSuite;
import io.lockstep.mls.crypto.Secret;
import io.lockstep.mls.schedule.SecretTree.Kind;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class SecretTreeTest {
  private static final CipherSuite SUITE = CipherSuite.MLS_128_DHKEMX25519_AES128GCM_SHA256_ED25519;
  private static final RatchetWindow SMALL = new RatchetWindow(10, 3);

  @Test
  void keysOfEveryLeafAgreeWithTheVectors() throws Exception {
    int cases = 0;
    for (JsonNode vector : Vectors.load("secret-tree")) {
      CipherSuite suite = CipherSuite.of(vector.get("cipher_suite").asInt());
      JsonNode leaves = vector.get("leaves");
      SecretTree tree =
          SecretTree.create(
              suite, Secret.take(hex(vector.get("encryption_secret"))), leaves.size());
      for (int leaf = 0; leaf < leaves.size(); leaf++) {
        for (JsonNode v : leaves.get(leaf)) {
          tree = check(suite, tree, leaf, Kind.APPLICATION, v, "application");
          tree = check(suite, tree, leaf, Kind.HANDSHAKE, v, "handshake");
          tree = TlsReader.decodeAll(tree.encode(), SecretTree::decode);
        }
      }
      cases++;
    }
    assertEquals(21, cases);
  }

  private static SecretTree check(
      CipherSuite suite, SecretTree tree, int leaf, Kind kind, JsonNode v, String name)
      throws MlsException {
    long generation = v.get("generation").asLong();
    SecretTree.Step step = tree.at(suite, leaf, kind, generation, RatchetWindow.DEFAULT);
    assertArrayEquals(hex(v.get(name + "_key")), step.keys().key().expose());
    assertArrayEquals(hex(v.get(name + "_nonce")), step.keys().nonce().expose());
    return step.next();
  }

  @Test
  void usedKeyIsGoneFromTheNewTreeAndStaysInTheOldOne() throws Exception {
    SecretTree tree = fresh(4);
    SecretTree.Step step = tree.at(SUITE, 2, Kind.APPLICATION, 0, SMALL);
    assertThrows(
        MlsException.KeyAlreadyUsed.class,
        () -> step.next().at(SUITE, 2, Kind.APPLICATION, 0, SMALL));
    assertEquals(step.keys(), tree.at(SUITE, 2, Kind.APPLICATION, 0, SMALL).keys());
  }

  @Test
  void messagesOutOfOrderAreReadOnceEach() throws Exception {
    SecretTree tree = fresh(4);
    SecretTree.Step third = tree.at(SUITE, 0, Kind.HANDSHAKE, 2, SMALL);
    SecretTree.Step first = third.next().at(SUITE, 0, Kind.HANDSHAKE, 0, SMALL);
    assertEquals(tree.at(SUITE, 0, Kind.HANDSHAKE, 0, SMALL).keys(), first.keys());
    SecretTree.Step second = first.next().at(SUITE, 0, Kind.HANDSHAKE, 1, SMALL);
    for (long generation = 0; generation <= 2; generation++) {
      long again = generation;
      assertThrows(
          MlsException.KeyAlreadyUsed.class,
          () -> second.next().at(SUITE, 0, Kind.HANDSHAKE, again, SMALL));
    }
  }

  @Test
  void oldestSkippedKeysGoFirstAndTheFarFutureIsRefused() throws Exception {
    SecretTree tree = fresh(1).at(SUITE, 0, Kind.APPLICATION, 10, SMALL).next();
    assertThrows(
        MlsException.KeyAlreadyUsed.class, () -> tree.at(SUITE, 0, Kind.APPLICATION, 6, SMALL));
    tree.at(SUITE, 0, Kind.APPLICATION, 7, SMALL);
    tree.at(SUITE, 0, Kind.APPLICATION, 21, SMALL);
    for (long generation : new long[] {22, 0xFFFF_FFFFL}) {
      assertThrows(
          MlsException.TooFarAhead.class,
          () -> tree.at(SUITE, 0, Kind.APPLICATION, generation, SMALL));
    }
  }

  @Test
  void secretsConsumedOnTheWayAreNoLongerInTheTree() throws Exception {
    String root = "5a".repeat(SUITE.hashLength());
    SecretTree tree = SecretTree.create(SUITE, Secret.take(HexFormat.of().parseHex(root)), 8);
    assertTrue(HexFormat.of().formatHex(tree.encode()).contains(root));
    SecretTree used = tree.next(SUITE, 5, Kind.APPLICATION).next();
    String left = hexOf(SUITE.expandWithLabel(secret(root), "tree", "left".getBytes(US_ASCII), 32));
    String right =
        hexOf(SUITE.expandWithLabel(secret(root), "tree", "right".getBytes(US_ASCII), 32));
    String encoded = HexFormat.of().formatHex(used.encode());
    assertFalse(encoded.contains(root));
    assertFalse(encoded.contains(right));
    assertTrue(encoded.contains(left));
  }

  @Test
  void truncatedStateIsMalformed() throws Exception {
    byte[] encoded = fresh(4).next(SUITE, 1, Kind.HANDSHAKE).next().encode();
    for (int length = 0; length < encoded.length; length++) {
      byte[] cut = Arrays.copyOf(encoded, length);
      assertThrows(
          MlsException.Malformed.class, () -> TlsReader.decodeAll(cut, SecretTree::decode));
    }
  }

  private static SecretTree fresh(int leaves) {
    return SecretTree.create(SUITE, Secret.copyOf(new byte[SUITE.hashLength()]), leaves);
  }

  private static Secret secret(String hex) {
    return Secret.take(HexFormat.of().parseHex(hex));
  }

  private static String hexOf(Secret secret) {
    return HexFormat.of().formatHex(secret.expose());
  }
}
