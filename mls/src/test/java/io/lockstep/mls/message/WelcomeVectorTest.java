package io.lockstep.mls.message;

import static io.lockstep.mls.Vectors.hex;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.lockstep.mls.KeyPackage;
import io.lockstep.mls.Vectors;
import io.lockstep.mls.WireFormat;
import io.lockstep.mls.codec.TlsReader;
import io.lockstep.mls.crypto.CipherSuite;
import io.lockstep.mls.crypto.HpkeKeyPair;
import io.lockstep.mls.crypto.Secret;
import io.lockstep.mls.crypto.SignaturePublicKey;
import io.lockstep.mls.framing.MlsMessage;
import io.lockstep.mls.schedule.EpochSecrets;
import io.lockstep.mls.schedule.KeyAndNonce;
import io.lockstep.mls.schedule.KeySchedule;
import org.junit.jupiter.api.Test;

class WelcomeVectorTest {
  @Test
  void welcomesOfEverySuiteOpenAndVerify() throws Exception {
    int suites = 0;
    for (JsonNode v : Vectors.load("welcome")) {
      CipherSuite suite = CipherSuite.of(v.get("cipher_suite").asInt());
      KeyPackage keyPackage = KeyPackage.decode(hex(v.get("key_package")));
      Welcome welcome =
          MlsMessage.decode(hex(v.get("welcome")), WireFormat.WELCOME, Welcome::decode);
      assertEquals(suite, welcome.suite());
      HpkeKeyPair initKey = suite.hpkeKeyPair(Secret.take(hex(v.get("init_priv"))));
      byte[] opened =
          suite.decryptWithLabel(
              initKey,
              "Welcome",
              welcome.encryptedGroupInfo(),
              welcome.entryFor(keyPackage.ref()).orElseThrow().secrets());
      GroupSecrets secrets = TlsReader.decodeAll(opened, GroupSecrets::decode);
      Secret noPsk = Secret.zeros(suite.hashLength());
      KeySchedule schedule = KeySchedule.ofWelcome(suite, secrets.joinerSecret(), noPsk);
      KeyAndNonce key = schedule.welcomeKey();
      byte[] plain =
          suite.open(key.key(), key.nonce().expose(), new byte[0], welcome.encryptedGroupInfo());
      GroupInfo info = TlsReader.decodeAll(plain, GroupInfo::decode);
      SignaturePublicKey signer = new SignaturePublicKey(hex(v.get("signer_pub")));
      assertTrue(info.verifySignature(suite, signer));
      EpochSecrets epoch = schedule.epoch(info.context().encode(), 1).secrets();
      assertTrue(
          epoch.verifyConfirmationTag(
              suite, info.context().confirmedTranscriptHash(), info.confirmationTag()));
      suites++;
    }
    assertEquals(7, suites);
  }
}
