package io.lockstep.mls;

import io.lockstep.mls.codec.TlsWriter;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * Names one record of a stored group ({@link Group#records}, {@link PublicGroup#records}). Unique
 * within the group only: put something in front of {@link #bytes} when several groups share a
 * store. Keys are at most {@link #LENGTH_MAX} bytes, and sort by kind, epoch and number.
 */
public final class RecordKey implements Comparable<RecordKey> {
  public static final int LENGTH_MAX = 13;

  /** What a record holds; the first byte of its key. */
  enum Kind {
    /** All that is of constant size, and the format's version. */
    CORE(0, 1),
    /** A node of the ratchet tree, by index. */
    TREE_NODE(1, 5),
    /** A node of the secret tree of an epoch. */
    MESSAGE_KEYS(2, 13),
    PAST_EPOCH(3, 9),
    /** A proposal of the current epoch, by order of arrival. */
    PROPOSAL(4, 5),
    /** The private key of an own Update of the current epoch. */
    UPDATE_KEY(5, 5);

    private final int id;
    private final int length;

    Kind(int id, int length) {
      this.id = id;
      this.length = length;
    }
  }

  private final byte[] bytes;

  private RecordKey(byte[] bytes) {
    this.bytes = bytes;
  }

  /** The counterpart of {@link #bytes}. What is no key is found by {@link Group#fromRecords}. */
  public static RecordKey of(byte[] bytes) {
    return new RecordKey(bytes.clone());
  }

  static RecordKey core() {
    return new RecordKey(new byte[] {(byte) Kind.CORE.id});
  }

  static RecordKey numbered(Kind kind, long index) {
    return new RecordKey(new TlsWriter(16).uint8(kind.id).uint32(index).toByteArray());
  }

  static RecordKey ofEpoch(long epoch) {
    return new RecordKey(new TlsWriter(16).uint8(Kind.PAST_EPOCH.id).uint64(epoch).toByteArray());
  }

  static RecordKey messageKeys(long epoch, long node) {
    TlsWriter out = new TlsWriter(16).uint8(Kind.MESSAGE_KEYS.id).uint64(epoch);
    return new RecordKey(out.uint32(node).toByteArray());
  }

  /** A copy. */
  public byte[] bytes() {
    return bytes.clone();
  }

  Kind kind() throws MlsException.Malformed {
    for (Kind kind : Kind.values()) {
      if (bytes.length == kind.length && bytes[0] == kind.id) {
        return kind;
      }
    }
    throw new MlsException.Malformed("key of a stored record");
  }

  @Override
  public int compareTo(RecordKey other) {
    return Arrays.compareUnsigned(bytes, other.bytes);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof RecordKey that && Arrays.equals(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  @Override
  public String toString() {
    return "RecordKey[" + HexFormat.of().formatHex(bytes) + "]";
  }
}
