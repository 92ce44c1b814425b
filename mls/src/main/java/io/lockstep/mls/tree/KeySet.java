package io.lockstep.mls.tree;

import io.lockstep.mls.crypto.CipherSuite;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * An immutable set of public keys, where a changed set shares almost all of the old one: a radix
 * tree over fingerprints of the keys. A fingerprint is 128 bits of the suite's hash, so nobody can
 * choose keys that make it slow; whoever finds two keys with the same one only has a key of their
 * own refused.
 */
final class KeySet {
  static final KeySet EMPTY = new KeySet(new Object[16], 0);

  private static final int BITS = 4;
  private static final int DEPTH_MAX = 64 / BITS;

  /**
   * Each slot: null, a Fingerprint, or another node. At the last depth slots are arrays of
   * fingerprints of any length.
   */
  private final Object[] root;

  private final int size;

  private KeySet(Object[] root, int size) {
    this.root = root;
    this.size = size;
  }

  record Fingerprint(long high, long low) {
    static Fingerprint of(CipherSuite suite, byte[] key) {
      ByteBuffer hash = ByteBuffer.wrap(suite.hash(key));
      return new Fingerprint(hash.getLong(), hash.getLong());
    }

    int slot(int depth) {
      return (int) (high >>> (64 - BITS * (depth + 1))) & 15;
    }
  }

  int size() {
    return size;
  }

  boolean contains(Fingerprint key) {
    Object slot = root;
    for (int depth = 0; depth < DEPTH_MAX; depth++) {
      if (!(slot instanceof Object[] node)) {
        return key.equals(slot);
      }
      slot = node[key.slot(depth)];
    }
    return slot instanceof Object[] bucket ? Arrays.asList(bucket).contains(key) : key.equals(slot);
  }

  /** The same set if it is in there already. */
  KeySet with(Fingerprint key) {
    return contains(key) ? this : new KeySet((Object[]) add(root, 0, key), size + 1);
  }

  /** The same set if it is not in there. */
  KeySet without(Fingerprint key) {
    return contains(key) ? new KeySet((Object[]) remove(root, 0, key), size - 1) : this;
  }

  private static Object add(Object slot, int depth, Fingerprint key) {
    if (slot == null) {
      return key;
    }
    if (depth == DEPTH_MAX) {
      Object[] old = slot instanceof Object[] bucket ? bucket : new Object[] {slot};
      Object[] bucket = Arrays.copyOf(old, old.length + 1);
      bucket[old.length] = key;
      return bucket;
    }
    Object[] node;
    if (slot instanceof Fingerprint other) {
      node = new Object[16];
      node[other.slot(depth)] = other;
    } else {
      node = ((Object[]) slot).clone();
    }
    int at = key.slot(depth);
    node[at] = add(node[at], depth + 1, key);
    return node;
  }

  private static Object remove(Object slot, int depth, Fingerprint key) {
    if (slot instanceof Fingerprint) {
      return null;
    }
    Object[] old = (Object[]) slot;
    if (depth == DEPTH_MAX) {
      Object[] rest = Arrays.stream(old).filter(other -> !other.equals(key)).toArray();
      return rest.length == 0 ? null : rest;
    }
    Object[] node = old.clone();
    int at = key.slot(depth);
    node[at] = remove(node[at], depth + 1, key);
    boolean empty = Arrays.stream(node).noneMatch(child -> child != null);
    return empty && depth > 0 ? null : node;
  }
}
