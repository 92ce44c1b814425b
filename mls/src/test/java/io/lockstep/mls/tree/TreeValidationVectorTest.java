package io.lockstep.mls.tree;

import static io.lockstep.mls.Vectors.hex;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import io.lockstep.mls.GroupId;
import io.lockstep.mls.Vectors;
import io.lockstep.mls.crypto.CipherSuite;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TreeValidationVectorTest {
  @Test
  void everyTreeOfTheVectorsIsValidWithTheSameHashesAndResolutions() throws Exception {
    int cases = 0;
    for (JsonNode vector : Vectors.load("tree-validation")) {
      CipherSuite suite = CipherSuite.of(vector.get("cipher_suite").asInt());
      RatchetTree tree = RatchetTree.decode(suite, hex(vector.get("tree")));
      assertArrayEquals(hex(vector.get("tree")), tree.encode());
      GroupId group = new GroupId(hex(vector.get("group_id")));
      JsonNode hashes = vector.get("tree_hashes");
      for (int i = 0; i < hashes.size(); i++) {
        assertArrayEquals(hex(hashes.get(i)), tree.treeHash(new NodeIndex(i)), "hash of " + i);
        List<Integer> expected = new ArrayList<>();
        vector.get("resolutions").get(i).forEach(node -> expected.add(node.asInt()));
        List<Integer> actual =
            tree.resolution(new NodeIndex(i)).stream().map(NodeIndex::value).toList();
        assertEquals(expected, actual, "resolution of " + i);
      }
      TreeRules.checkTree(tree, group, new TrustEveryone());
      TreeRules.checkSupport(tree, List.of());
      cases++;
    }
    assertEquals(98, cases);
  }
}
