package io.lockstep.mls.tree;

import static io.lockstep.mls.Vectors.hex;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import io.lockstep.mls.MlsException;
import io.lockstep.mls.Vectors;
import io.lockstep.mls.codec.TlsReader;
import io.lockstep.mls.crypto.CipherSuite;
import io.lockstep.mls.message.Proposal;
import org.junit.jupiter.api.Test;

class TreeOperationsVectorTest {
  @Test
  void addUpdateAndRemoveGiveTheTreesOfTheVectors() throws Exception {
    int cases = 0;
    for (JsonNode vector : Vectors.load("tree-operations")) {
      CipherSuite suite = CipherSuite.of(vector.get("cipher_suite").asInt());
      RatchetTree before = RatchetTree.decode(suite, hex(vector.get("tree_before")));
      assertArrayEquals(hex(vector.get("tree_before")), before.encode());
      assertArrayEquals(hex(vector.get("tree_hash_before")), before.treeHash());
      byte[] encoded = hex(vector.get("proposal"));
      Proposal proposal = TlsReader.decodeAll(encoded, Proposal::decode);
      assertArrayEquals(encoded, proposal.encode());
      LeafIndex sender = new LeafIndex(vector.get("proposal_sender").asInt());
      RatchetTree after = apply(before, sender, proposal);
      assertArrayEquals(hex(vector.get("tree_after")), after.encode());
      assertArrayEquals(hex(vector.get("tree_hash_after")), after.treeHash());
      assertArrayEquals(hex(vector.get("tree_hash_before")), before.treeHash());
      cases++;
    }
    assertEquals(5, cases);
  }

  private static RatchetTree apply(RatchetTree tree, LeafIndex sender, Proposal proposal)
      throws MlsException {
    return switch (proposal) {
      case Proposal.Add add -> tree.add(add.keyPackage().leafNode()).tree();
      case Proposal.Update update -> tree.update(sender, update.leafNode());
      case Proposal.Remove remove -> tree.remove(remove.removed());
      default -> throw new AssertionError("no tree operation: " + proposal);
    };
  }
}
