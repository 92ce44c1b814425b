package io.lockstep.mls.schedule;

import static io.lockstep.mls.Vectors.hex;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import io.lockstep.mls.Vectors;
import io.lockstep.mls.codec.Encodable;
import io.lockstep.mls.crypto.CipherSuite;
import io.lockstep.mls.crypto.Secret;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PskSecretVectorTest {
  @Test
  void foldedPsksAgreeWithTheVectors() throws Exception {
    int cases = 0;
    for (JsonNode vector : Vectors.load("psk_secret")) {
      CipherSuite suite = CipherSuite.of(vector.get("cipher_suite").asInt());
      List<PskSecret.Entry> psks = new ArrayList<>();
      for (JsonNode psk : vector.get("psks")) {
        Encodable id =
            out -> out.uint8(1).opaque(hex(psk.get("psk_id"))).opaque(hex(psk.get("psk_nonce")));
        psks.add(new PskSecret.Entry(id, Secret.take(hex(psk.get("psk")))));
      }
      assertEquals(Secret.take(hex(vector.get("psk_secret"))), PskSecret.of(suite, psks));
      cases++;
    }
    assertEquals(77, cases);
  }
}
