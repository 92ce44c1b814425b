package io.lockstep.mls.crypto;

import static io.lockstep.mls.Vectors.hex;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.lockstep.mls.MlsException;
import io.lockstep.mls.Vectors;
import java.security.SecureRandom;
import org.junit.jupiter.api.Test;

class CryptoBasicsVectorTest {
  @Test
  void everySuiteAgreesWithTheVectors() throws Exception {
    int suites = 0;
    for (JsonNode vector : Vectors.load("crypto-basics")) {
      CipherSuite suite = CipherSuite.of(vector.get("cipher_suite").asInt());
      refHash(suite, vector.get("ref_hash"));
      expandWithLabel(suite, vector.get("expand_with_label"));
      deriveSecret(suite, vector.get("derive_secret"));
      deriveTreeSecret(suite, vector.get("derive_tree_secret"));
      signWithLabel(suite, vector.get("sign_with_label"));
      encryptWithLabel(suite, vector.get("encrypt_with_label"));
      suites++;
    }
    assertEquals(7, suites);
  }

  private static void refHash(CipherSuite suite, JsonNode v) {
    byte[] actual = suite.refHash(v.get("label").asText(), hex(v.get("value")));
    assertArrayEquals(hex(v.get("out")), actual, suite + " ref_hash");
  }

  private static void expandWithLabel(CipherSuite suite, JsonNode v) {
    Secret actual =
        suite.expandWithLabel(
            Secret.take(hex(v.get("secret"))),
            v.get("label").asText(),
            hex(v.get("context")),
            v.get("length").asInt());
    assertArrayEquals(hex(v.get("out")), actual.expose(), suite + " expand_with_label");
  }

  private static void deriveSecret(CipherSuite suite, JsonNode v) {
    Secret secret = Secret.take(hex(v.get("secret")));
    assertArrayEquals(
        hex(v.get("out")), suite.deriveSecret(secret, v.get("label").asText()).expose());
  }

  private static void deriveTreeSecret(CipherSuite suite, JsonNode v) {
    Secret actual =
        suite.deriveTreeSecret(
            Secret.take(hex(v.get("secret"))),
            v.get("label").asText(),
            v.get("generation").asLong(),
            v.get("length").asInt());
    assertArrayEquals(hex(v.get("out")), actual.expose(), suite + " derive_tree_secret");
  }

  private static void signWithLabel(CipherSuite suite, JsonNode v) {
    SignaturePublicKey publicKey = new SignaturePublicKey(hex(v.get("pub")));
    Secret privateKey = Secret.take(hex(v.get("priv")));
    byte[] content = hex(v.get("content"));
    String label = v.get("label").asText();
    byte[] signature = hex(v.get("signature"));
    assertTrue(suite.verifyWithLabel(publicKey, label, content, signature), suite::name);
    assertFalse(suite.verifyWithLabel(publicKey, label + "x", content, signature), suite::name);
    signature[signature.length / 2] ^= 1;
    assertFalse(suite.verifyWithLabel(publicKey, label, content, signature), suite::name);
    byte[] own = suite.signWithLabel(privateKey, publicKey, label, content);
    assertTrue(suite.verifyWithLabel(publicKey, label, content, own), suite::name);
  }

  private static void encryptWithLabel(CipherSuite suite, JsonNode v) throws MlsException {
    HpkeKeyPair keys = suite.hpkeKeyPair(Secret.take(hex(v.get("priv"))));
    assertArrayEquals(hex(v.get("pub")), keys.publicKey().bytes());
    String label = v.get("label").asText();
    byte[] context = hex(v.get("context"));
    byte[] plaintext = hex(v.get("plaintext"));
    HpkeCiphertext given = new HpkeCiphertext(hex(v.get("kem_output")), hex(v.get("ciphertext")));
    assertArrayEquals(plaintext, suite.decryptWithLabel(keys, label, context, given));
    HpkeCiphertext own =
        suite.encryptWithLabel(keys.publicKey(), label, context, plaintext, new SecureRandom());
    assertArrayEquals(plaintext, suite.decryptWithLabel(keys, label, context, own));
  }
}
