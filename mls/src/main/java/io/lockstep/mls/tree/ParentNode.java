package io.lockstep.mls.tree;

import io.lockstep.mls.MlsException;
import io.lockstep.mls.codec.Encodable;
import io.lockstep.mls.codec.TlsReader;
import io.lockstep.mls.codec.TlsWriter;
import io.lockstep.mls.crypto.HpkePublicKey;
import java.util.Arrays;
import java.util.List;

/** A populated node above the leaves (RFC 9420 section 7.1). */
public final class ParentNode implements Encodable {
  private static final int[] NONE = {};

  /**
   * encryption_key and parent_hash as on the wire: one array for both, since a member of a large
   * group has one for each of the others.
   */
  private final byte[] keyAndHash;

  /** Leaf indices in increasing order. */
  private final int[] unmergedLeaves;

  private ParentNode(byte[] keyAndHash, int[] unmergedLeaves) {
    this.keyAndHash = keyAndHash;
    this.unmergedLeaves = unmergedLeaves.length == 0 ? NONE : unmergedLeaves;
  }

  /** Fresh from a path: no leaf is unmerged. */
  static ParentNode fresh(HpkePublicKey encryptionKey, byte[] parentHash) {
    byte[] encoded = new TlsWriter(80).put(encryptionKey).opaque(parentHash).toByteArray();
    return new ParentNode(encoded, NONE);
  }

  static ParentNode decode(TlsReader in) throws MlsException {
    int start = in.position();
    in.skipOpaque();
    in.skipOpaque();
    byte[] keyAndHash = in.since(start);
    List<LeafIndex> unmerged = in.list(LeafIndex::decode);
    int[] leaves = new int[unmerged.size()];
    for (int i = 0; i < leaves.length; i++) {
      leaves[i] = unmerged.get(i).value();
      if (!unmerged.get(i).isBelow(LeafIndex.LIMIT)) {
        throw new MlsException.Malformed(unmerged.get(i) + " is beyond any tree");
      }
      if (i > 0 && leaves[i] <= leaves[i - 1]) {
        throw new MlsException.Malformed("unmerged leaves are not in increasing order");
      }
    }
    return new ParentNode(keyAndHash, leaves);
  }

  public HpkePublicKey encryptionKey() {
    try {
      return HpkePublicKey.decode(new TlsReader(keyAndHash));
    } catch (MlsException e) {
      throw new IllegalStateException("was decoded before", e);
    }
  }

  /** Leaves below whose members do not know this node's private key, in increasing order. */
  public List<LeafIndex> unmergedLeaves() {
    return Arrays.stream(unmergedLeaves).mapToObj(LeafIndex::new).toList();
  }

  byte[] parentHash() {
    TlsReader in = new TlsReader(keyAndHash);
    try {
      in.skipOpaque();
      return in.opaque();
    } catch (MlsException e) {
      throw new IllegalStateException("was decoded before", e);
    }
  }

  int unmergedCount() {
    return unmergedLeaves.length;
  }

  int unmerged(int position) {
    return unmergedLeaves[position];
  }

  boolean isUnmerged(int leaf) {
    return Arrays.binarySearch(unmergedLeaves, leaf) >= 0;
  }

  ParentNode withUnmerged(int leaf) {
    int at = Arrays.binarySearch(unmergedLeaves, leaf);
    if (at >= 0) {
      return this;
    }
    int insert = -at - 1;
    int[] more = new int[unmergedLeaves.length + 1];
    System.arraycopy(unmergedLeaves, 0, more, 0, insert);
    more[insert] = leaf;
    System.arraycopy(unmergedLeaves, insert, more, insert + 1, unmergedLeaves.length - insert);
    return new ParentNode(keyAndHash, more);
  }

  /** {@code leaves} in increasing order. */
  ParentNode withoutUnmerged(int[] leaves) {
    int[] rest =
        Arrays.stream(unmergedLeaves)
            .filter(leaf -> Arrays.binarySearch(leaves, leaf) < 0)
            .toArray();
    return new ParentNode(keyAndHash, rest);
  }

  /** Those unmerged leaves with an index from {@code from} to below {@code to}. */
  int[] unmergedBetween(int from, int to) {
    return Arrays.stream(unmergedLeaves).filter(leaf -> leaf >= from && leaf < to).toArray();
  }

  @Override
  public void encodeTo(TlsWriter out) {
    out.raw(keyAndHash);
    out.vector(
        body -> {
          for (int leaf : unmergedLeaves) {
            body.uint32(leaf);
          }
        });
  }
}
