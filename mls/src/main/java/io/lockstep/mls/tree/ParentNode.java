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
  private final HpkePublicKey encryptionKey;
  private final byte[] parentHash;

  /** Leaf indices in increasing order. */
  private final int[] unmergedLeaves;

  private ParentNode(HpkePublicKey encryptionKey, byte[] parentHash, int[] unmergedLeaves) {
    this.encryptionKey = encryptionKey;
    this.parentHash = parentHash;
    this.unmergedLeaves = unmergedLeaves;
  }

  /** Fresh from a path: no leaf is unmerged. */
  static ParentNode fresh(HpkePublicKey encryptionKey, byte[] parentHash) {
    return new ParentNode(encryptionKey, parentHash, new int[0]);
  }

  static ParentNode decode(TlsReader in) throws MlsException {
    HpkePublicKey key = HpkePublicKey.decode(in);
    byte[] parentHash = in.opaque();
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
    return new ParentNode(key, parentHash, leaves);
  }

  public HpkePublicKey encryptionKey() {
    return encryptionKey;
  }

  /** Leaves below whose members do not know this node's private key, in increasing order. */
  public List<LeafIndex> unmergedLeaves() {
    return Arrays.stream(unmergedLeaves).mapToObj(LeafIndex::new).toList();
  }

  byte[] parentHash() {
    return parentHash;
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
    return new ParentNode(encryptionKey, parentHash, more);
  }

  /** {@code leaves} in increasing order. */
  ParentNode withoutUnmerged(int[] leaves) {
    int[] rest =
        Arrays.stream(unmergedLeaves)
            .filter(leaf -> Arrays.binarySearch(leaves, leaf) < 0)
            .toArray();
    return new ParentNode(encryptionKey, parentHash, rest);
  }

  /** Those unmerged leaves with an index from {@code from} to below {@code to}. */
  int[] unmergedBetween(int from, int to) {
    return Arrays.stream(unmergedLeaves).filter(leaf -> leaf >= from && leaf < to).toArray();
  }

  @Override
  public void encodeTo(TlsWriter out) {
    out.put(encryptionKey).opaque(parentHash);
    out.vector(
        body -> {
          for (int leaf : unmergedLeaves) {
            body.uint32(leaf);
          }
        });
  }
}
