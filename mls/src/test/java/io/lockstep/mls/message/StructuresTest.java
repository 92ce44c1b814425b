package io.lockstep.mls.message;

import static io.lockstep.mls.Vectors.hex;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.JsonNode;
import io.lockstep.mls.Extension;
import io.lockstep.mls.GroupId;
import io.lockstep.mls.KeyPackage;
import io.lockstep.mls.MlsException;
import io.lockstep.mls.Vectors;
import io.lockstep.mls.codec.Encodable;
import io.lockstep.mls.codec.TlsReader;
import io.lockstep.mls.crypto.CipherSuite;
import io.lockstep.mls.tree.RatchetTree;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class StructuresTest {
  @Test
  void ratchetTreesOfTheMessageVectorsReadAndWriteTheSame() throws Exception {
    int cases = 0;
    for (JsonNode vector : Vectors.load("messages")) {
      CipherSuite suite = KeyPackage.decode(hex(vector.get("mls_key_package"))).suite();
      byte[] tree = hex(vector.get("ratchet_tree"));
      assertArrayEquals(tree, RatchetTree.decode(suite, tree).encode());
      cases++;
    }
    assertEquals(300, cases);
  }

  @Test
  void unknownProposalIsCarried() throws Exception {
    Proposal unknown = new Proposal.Unknown(0xF001, new byte[] {1, 2});
    Proposal back = TlsReader.decodeAll(unknown.encode(), Proposal::decode);
    assertEquals(0xF001, back.type());
    assertArrayEquals(unknown.encode(), back.encode());
  }

  @Test
  void everyTruncationOfAProposalIsMalformed() throws Exception {
    List<Proposal> proposals =
        List.of(
            new Proposal.ReInit(
                new GroupId(new byte[5]), 1, 99, List.of(new Extension(9, new byte[2]))),
            new Proposal.PreSharedKey(new PreSharedKeyId.External(new byte[3], new byte[32])),
            new Proposal.PreSharedKey(
                new PreSharedKeyId.Resumption(
                    PreSharedKeyId.Usage.BRANCH, new GroupId(new byte[2]), -1, new byte[32])),
            new Proposal.ExternalInit(new byte[32]));
    for (Proposal proposal : proposals) {
      byte[] whole = proposal.encode();
      roundTrip(Proposal::decode, whole);
      for (int length = 0; length < whole.length; length++) {
        byte[] part = Arrays.copyOf(whole, length);
        assertThrows(
            MlsException.Malformed.class, () -> TlsReader.decodeAll(part, Proposal::decode));
      }
    }
  }

  private static <T extends Encodable> void roundTrip(TlsReader.Decoder<T> decoder, byte[] bytes)
      throws MlsException {
    assertArrayEquals(bytes, TlsReader.decodeAll(bytes, decoder).encode());
  }
}
