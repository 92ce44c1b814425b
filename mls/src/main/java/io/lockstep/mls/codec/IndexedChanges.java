package io.lockstep.mls.codec;

/**
 * Takes what changed in a structure of numbered parts, part by part and in any order: each changed
 * part once. The number is a uint32.
 */
public interface IndexedChanges {
  /** The part is new or other than it was. */
  void put(long index, byte[] encoded);

  /** The part is no longer there. */
  void delete(long index);

  /**
   * Whether both are one object. States share what did not change between them, so that nothing in
   * it has to be looked at; it may be wiped in the older one.
   */
  @SuppressWarnings("ReferenceEquality")
  static boolean same(Object a, Object b) {
    return a == b;
  }
}
