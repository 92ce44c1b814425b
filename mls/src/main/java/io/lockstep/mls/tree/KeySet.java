package io.lockstep.mls.tree;

import io.lockstep.mls.crypto.CipherSuite;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * An immutable set of public keys, where a changed set shares almost all of the old one: a radix
 * tree over fingerprints of the keys, with small unsorted buckets at its ends. A fingerprint is 128
 * bits of the suite's hash, so nobody can choose keys that make it slow; whoever finds two keys
 * with the same one only has a key of their own refused.
 */
final class KeySet {
  static final KeySet EMPTY = new KeySet(null, 0);

  private static final int BITS = 4;
  private static final int DEPTH_MAX = 64 / BITS;

  /** So many fingerprints fit into a bucket before it is split, if there are bits left to do so. */
  private static final int BUCKET_MAX = 16;

  /**
   * Null, a bucket (long[], two for each fingerprint) or a node (Object[16], with the same three in
   * its slots).
   */
  private final Object root;

  private final int size;

  private KeySet(Object root, int size) {
    this.root = root;
    this.size = size;
  }

  record Fingerprint(long high, long low) {
    static Fingerprint of(CipherSuite suite, byte[] key) {
      ByteBuffer hash = ByteBuffer.wrap(suite.hash(key));
      return new Fingerprint(hash.getLong(), hash.getLong());
    }
  }

  int size() {
    return size;
  }

  boolean contains(Fingerprint key) {
    Object at = root;
    for (int depth = 0; at instanceof Object[] node; depth++) {
      at = node[slot(key.high, depth)];
    }
    return at instanceof long[] bucket && position(bucket, key) >= 0;
  }

  /** The same set if it is in there already. */
  KeySet with(Fingerprint key) {
    return contains(key) ? this : new KeySet(add(root, 0, key.high, key.low), size + 1);
  }

  /** The same set if it is not in there. */
  KeySet without(Fingerprint key) {
    return contains(key) ? new KeySet(remove(root, 0, key), size - 1) : this;
  }

  private static Object add(Object at, int depth, long high, long low) {
    if (at instanceof Object[] old) {
      Object[] node = old.clone();
      int slot = slot(high, depth);
      node[slot] = add(node[slot], depth + 1, high, low);
      return node;
    }
    long[] old = at instanceof long[] bucket ? bucket : new long[0];
    if (old.length < 2 * BUCKET_MAX || depth == DEPTH_MAX) {
      long[] more = Arrays.copyOf(old, old.length + 2);
      more[old.length] = high;
      more[old.length + 1] = low;
      return more;
    }
    Object[] node = new Object[1 << BITS];
    for (int i = 0; i < old.length; i += 2) {
      int slot = slot(old[i], depth);
      node[slot] = add(node[slot], depth + 1, old[i], old[i + 1]);
    }
    return add(node, depth, high, low);
  }

  private static Object remove(Object at, int depth, Fingerprint key) {
    if (at instanceof Object[] old) {
      Object[] node = old.clone();
      int slot = slot(key.high, depth);
      node[slot] = remove(node[slot], depth + 1, key);
      return Arrays.stream(node).allMatch(child -> child == null) ? null : node;
    }
    long[] old = (long[]) at;
    if (old.length == 2) {
      return null;
    }
    int position = position(old, key);
    long[] rest = Arrays.copyOf(old, old.length - 2);
    if (position < rest.length) {
      rest[position] = old[rest.length];
      rest[position + 1] = old[rest.length + 1];
    }
    return rest;
  }

  private static int position(long[] bucket, Fingerprint key) {
    for (int i = 0; i < bucket.length; i += 2) {
      if (bucket[i] == key.high && bucket[i + 1] == key.low) {
        return i;
      }
    }
    return -1;
  }

  private static int slot(long high, int depth) {
    return (int) (high >>> (64 - BITS * (depth + 1))) & ((1 << BITS) - 1);
  }
}
