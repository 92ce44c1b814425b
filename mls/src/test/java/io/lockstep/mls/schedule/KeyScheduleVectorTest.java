package io.lockstep.mls.schedule;

import static io.lockstep.mls.Vectors.hex;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import io.lockstep.mls.Vectors;
import io.lockstep.mls.codec.TlsReader;
import io.lockstep.mls.crypto.CipherSuite;
import io.lockstep.mls.crypto.Secret;
import org.junit.jupiter.api.Test;

class KeyScheduleVectorTest {
  @Test
  void everyEpochOfEverySuiteAgreesWithTheVectors() throws Exception {
    int suites = 0;
    for (JsonNode vector : Vectors.load("key-schedule")) {
      CipherSuite suite = CipherSuite.of(vector.get("cipher_suite").asInt());
      Secret init = secret(vector, "initial_init_secret");
      for (JsonNode epoch : vector.get("epochs")) {
        init = checkEpoch(suite, init, epoch);
      }
      suites++;
    }
    assertEquals(7, suites);
  }

  private static Secret checkEpoch(CipherSuite suite, Secret init, JsonNode v) throws Exception {
    byte[] context = hex(v.get("group_context"));
    try (KeySchedule schedule =
        KeySchedule.ofCommit(
            suite, init, secret(v, "commit_secret"), secret(v, "psk_secret"), context)) {
      assertEquals(secret(v, "joiner_secret"), schedule.joinerSecret());
      assertEquals(secret(v, "welcome_secret"), schedule.welcomeSecret());
      KeySchedule.Epoch epoch = schedule.epoch(context, 1);
      EpochSecrets secrets = TlsReader.decodeAll(epoch.secrets().encode(), EpochSecrets::decode);
      assertEquals(secret(v, "init_secret"), secrets.init());
      assertEquals(secret(v, "sender_data_secret"), secrets.senderData());
      assertEquals(secret(v, "exporter_secret"), secrets.exporter());
      assertEquals(secret(v, "external_secret"), secrets.external());
      assertEquals(secret(v, "confirmation_key"), secrets.confirmation());
      assertEquals(secret(v, "membership_key"), secrets.membership());
      assertEquals(secret(v, "resumption_psk"), secrets.resumption());
      assertEquals(secret(v, "epoch_authenticator"), secrets.authenticator());
      byte[] externalPub = secrets.externalKeyPair(suite).publicKey().bytes();
      assertArrayEquals(hex(v.get("external_pub")), externalPub);
      byte[] encryption = hex(v.get("encryption_secret"));
      SecretTree fromVector = SecretTree.create(suite, Secret.take(encryption), 1);
      assertArrayEquals(fromVector.encode(), epoch.tree().encode());
      checkExporter(suite, secrets, v.get("exporter"));
      return secrets.init();
    }
  }

  private static void checkExporter(CipherSuite suite, EpochSecrets secrets, JsonNode v) {
    String label = v.get("label").asText();
    int length = v.get("length").asInt();
    assertEquals(secret(v, "secret"), secrets.export(suite, label, hex(v.get("context")), length));
  }

  private static Secret secret(JsonNode node, String name) {
    return Secret.take(hex(node.get(name)));
  }
}
