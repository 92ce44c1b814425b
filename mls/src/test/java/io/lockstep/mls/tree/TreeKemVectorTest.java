package io.lockstep.mls.tree;

import static io.lockstep.mls.Vectors.hex;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import io.lockstep.mls.GroupId;
import io.lockstep.mls.SignatureKeyPair;
import io.lockstep.mls.Vectors;
import io.lockstep.mls.codec.TlsReader;
import io.lockstep.mls.codec.TlsWriter;
import io.lockstep.mls.crypto.CipherSuite;
import io.lockstep.mls.crypto.HpkeKeyPair;
import io.lockstep.mls.crypto.Secret;
import io.lockstep.mls.message.UpdatePath;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class TreeKemVectorTest {
  private static final Set<LeafIndex> NOBODY_ADDED = Set.of();
  private final SecureRandom random = new SecureRandom();

  @Test
  void everyMemberGetsTheSecretsOfEveryPathInTheVectors() throws Exception {
    int cases = 0;
    for (JsonNode vector : Vectors.load("treekem")) {
      new Case(vector).run();
      cases++;
    }
    assertEquals(77, cases);
  }

  private final class Case {
    private final JsonNode vector;
    private final CipherSuite suite;
    private final GroupId group;
    private final RatchetTree tree;
    private final Map<LeafIndex, PrivateTree> members = new TreeMap<>();
    private final Map<LeafIndex, SignatureKeyPair> signers = new HashMap<>();

    Case(JsonNode vector) throws Exception {
      this.vector = vector;
      this.suite = CipherSuite.of(vector.get("cipher_suite").asInt());
      this.group = new GroupId(hex(vector.get("group_id")));
      this.tree = RatchetTree.decode(suite, hex(vector.get("ratchet_tree")));
      for (JsonNode leaf : vector.get("leaves_private")) {
        LeafIndex self = new LeafIndex(leaf.get("index").asInt());
        HpkeKeyPair leafKey = suite.hpkeKeyPair(secret(leaf.get("encryption_priv")));
        Map<NodeIndex, HpkeKeyPair> parents = new HashMap<>();
        for (JsonNode known : leaf.get("path_secrets")) {
          Secret pathSecret = secret(known.get("path_secret"));
          parents.put(
              new NodeIndex(known.get("node").asInt()),
              PathSecrets.from(suite, pathSecret, 1).keyPairs().getFirst());
        }
        PrivateTree privateTree = new PrivateTree(suite, self, leafKey, parents);
        // All of them must belong to the tree.
        assertEquals(privateTree.toString(), privateTree.retained(tree).toString());
        members.put(self, privateTree);
        signers.put(self, signer(leaf.get("signature_priv")));
      }
    }

    void run() throws Exception {
      for (JsonNode update : vector.get("update_paths")) {
        LeafIndex sender = new LeafIndex(update.get("sender").asInt());
        received(sender, update);
        created(sender);
      }
    }

    private void received(LeafIndex sender, JsonNode update) throws Exception {
      byte[] encoded = hex(update.get("update_path"));
      UpdatePath path = TlsReader.decodeAll(encoded, UpdatePath::decode);
      assertArrayEquals(encoded, path.encode());
      TreeRules.checkCommitLeaf(tree, sender, path.leafNode(), group, new TrustEveryone());
      RatchetTree merged = tree.merge(sender, path, NOBODY_ADDED);
      assertArrayEquals(hex(update.get("tree_hash_after")), merged.treeHash());
      byte[] context = groupContext(merged);
      for (PrivateTree member : members.values()) {
        if (member.self().equals(sender)) {
          continue;
        }
        JsonNode expected = update.get("path_secrets").get(member.self().value());
        Secret pathSecret = member.decrypt(merged, sender, path, context, NOBODY_ADDED);
        assertArrayEquals(hex(expected), pathSecret.expose());
        PrivateTree.Received received = member.receive(merged, sender, path, context, NOBODY_ADDED);
        assertArrayEquals(hex(update.get("commit_secret")), received.commitSecret().expose());
      }
    }

    private void created(LeafIndex sender) throws Exception {
      LeafNode.Content content = tree.member(sender).content();
      try (NewPath path =
          NewPath.create(tree, sender, content, group, signers.get(sender), random)) {
        byte[] context = groupContext(path.tree());
        UpdatePath update = path.encrypt(context, NOBODY_ADDED, random);
        RatchetTree merged = tree.merge(sender, update, NOBODY_ADDED);
        assertArrayEquals(path.tree().treeHash(), merged.treeHash());
        TreeRules.checkTree(merged, group, new TrustEveryone());
        for (PrivateTree member : members.values()) {
          if (!member.self().equals(sender)) {
            assertEquals(
                path.commitSecret(),
                member.receive(merged, sender, update, context, NOBODY_ADDED).commitSecret());
          }
        }
      }
    }

    private byte[] groupContext(RatchetTree merged) {
      return new TlsWriter()
          .uint16(1)
          .uint16(suite.id())
          .put(group)
          .uint64(vector.get("epoch").asLong())
          .opaque(merged.treeHash())
          .opaque(hex(vector.get("confirmed_transcript_hash")))
          .vector(java.util.List.of())
          .toByteArray();
    }

    private SignatureKeyPair signer(JsonNode privateKey) {
      return SignatureKeyPair.of(suite, secret(privateKey));
    }
  }

  private static Secret secret(JsonNode node) {
    return Secret.take(hex(node));
  }
}
