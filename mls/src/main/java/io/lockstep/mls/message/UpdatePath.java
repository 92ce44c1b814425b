package io.lockstep.mls.message;

import io.lockstep.mls.MlsException;
import io.lockstep.mls.codec.Encodable;
import io.lockstep.mls.codec.TlsReader;
import io.lockstep.mls.codec.TlsWriter;
import io.lockstep.mls.crypto.HpkeCiphertext;
import io.lockstep.mls.crypto.HpkePublicKey;
import io.lockstep.mls.tree.LeafNode;
import java.util.List;

/**
 * New keys for the committer's leaf and its filtered direct path, lowest first (RFC 9420 section
 * 7.6).
 */
public record UpdatePath(LeafNode leafNode, List<Node> nodes) implements Encodable {
  public UpdatePath {
    nodes = List.copyOf(nodes);
  }

  /**
   * One parent: its key, and its path secret for each node in the resolution of the copath child,
   * in order.
   */
  public record Node(HpkePublicKey encryptionKey, List<HpkeCiphertext> encryptedPathSecrets)
      implements Encodable {
    public Node {
      encryptedPathSecrets = List.copyOf(encryptedPathSecrets);
    }

    public static Node decode(TlsReader in) throws MlsException {
      return new Node(HpkePublicKey.decode(in), in.list(HpkeCiphertext::decode));
    }

    @Override
    public void encodeTo(TlsWriter out) {
      out.put(encryptionKey).vector(encryptedPathSecrets);
    }
  }

  public static UpdatePath decode(TlsReader in) throws MlsException {
    return new UpdatePath(LeafNode.decode(in), in.list(Node::decode));
  }

  public List<HpkePublicKey> nodeKeys() {
    return nodes.stream().map(Node::encryptionKey).toList();
  }

  @Override
  public void encodeTo(TlsWriter out) {
    out.put(leafNode).vector(nodes);
  }
}
