package io.lockstep.mls.tree;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.JsonNode;
import io.lockstep.mls.Vectors;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class TreeMathVectorTest {
  @Test
  void indicesAgreeWithTheVectors() throws Exception {
    int cases = 0;
    for (JsonNode vector : Vectors.load("tree-math")) {
      int leaves = vector.get("n_leaves").asInt();
      assertEquals(vector.get("n_nodes").asInt(), TreeMath.nodeCount(leaves));
      NodeIndex root = new NodeIndex(vector.get("root").asInt());
      assertEquals(root, TreeMath.root(leaves));
      check(vector.get("left"), TreeMath::left);
      check(vector.get("right"), TreeMath::right);
      checkBelow(root, vector.get("parent"), TreeMath::parent);
      checkBelow(root, vector.get("sibling"), TreeMath::sibling);
      cases++;
    }
    assertEquals(10, cases);
  }

  /** null in the vector: a leaf has no children. */
  private static void check(JsonNode expected, UnaryOperator<NodeIndex> function) {
    for (int i = 0; i < expected.size(); i++) {
      NodeIndex node = new NodeIndex(i);
      if (expected.get(i).isNull()) {
        assertThrows(IllegalArgumentException.class, () -> function.apply(node));
      } else {
        assertEquals(expected.get(i).asInt(), function.apply(node).value());
      }
    }
  }

  /** null in the vector: the root has neither parent nor sibling; ours go on beyond it. */
  private static void checkBelow(
      NodeIndex root, JsonNode expected, UnaryOperator<NodeIndex> function) {
    for (int i = 0; i < expected.size(); i++) {
      NodeIndex node = new NodeIndex(i);
      assertEquals(node.equals(root), expected.get(i).isNull());
      if (!node.equals(root)) {
        assertEquals(expected.get(i).asInt(), function.apply(node).value());
      }
    }
  }
}
