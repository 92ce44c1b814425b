package io.lockstep.mls.schedule;

import static io.lockstep.mls.Vectors.hex;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.lockstep.mls.Vectors;
import io.lockstep.mls.codec.TlsReader;
import io.lockstep.mls.crypto.CipherSuite;
import io.lockstep.mls.crypto.Secret;
import io.lockstep.mls.framing.AuthenticatedContent;
import org.junit.jupiter.api.Test;

class TranscriptHashVectorTest {
  @Test
  void hashesOfEverySuiteAgreeWithTheVectors() throws Exception {
    int suites = 0;
    for (JsonNode v : Vectors.load("transcript-hashes")) {
      CipherSuite suite = CipherSuite.of(v.get("cipher_suite").asInt());
      byte[] encoded = hex(v.get("authenticated_content"));
      AuthenticatedContent content = TlsReader.decodeAll(encoded, AuthenticatedContent::decode);
      assertArrayEquals(encoded, content.encode());
      byte[] confirmed =
          TranscriptHash.confirmed(
              suite,
              hex(v.get("interim_transcript_hash_before")),
              content.confirmedTranscriptInput());
      assertArrayEquals(hex(v.get("confirmed_transcript_hash_after")), confirmed);
      byte[] tag = content.confirmationTag();
      assertTrue(suite.verifyMac(Secret.take(hex(v.get("confirmation_key"))), confirmed, tag));
      assertArrayEquals(
          hex(v.get("interim_transcript_hash_after")),
          TranscriptHash.interim(suite, confirmed, tag));
      suites++;
    }
    assertEquals(7, suites);
  }
}
