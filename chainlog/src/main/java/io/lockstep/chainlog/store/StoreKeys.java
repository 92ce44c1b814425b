package io.lockstep.chainlog.store;

import io.lockstep.chainlog.StateCodec;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Layout of the keys: partition (4 bytes), kind (1), length of the text key (2), text key, then in
 * states and deleted states the number of the part (2), in histories the sequence number (8).
 */
final class StoreKeys {
  static final int KEY_BYTES_MAX = 0xffff;

  private static final byte POSITION = 0;
  private static final byte STATE = 1;
  private static final byte HISTORY = 2;
  private static final byte DELETED = 3;
  private static final byte END = 4;

  private StoreKeys() {}

  static byte[] position(int partition) {
    return ByteBuffer.allocate(5).putInt(partition).put(POSITION).array();
  }

  static byte[] end(int partition) {
    return ByteBuffer.allocate(5).putInt(partition).put(END).array();
  }

  static byte[] state(int partition, String key, int part) {
    return part(partition, STATE, key, part);
  }

  static byte[] deleted(int partition, String key, int part) {
    return part(partition, DELETED, key, part);
  }

  static byte[] firstState(int partition) {
    return kind(partition, STATE);
  }

  static byte[] firstDeleted(int partition) {
    return kind(partition, DELETED);
  }

  static boolean isHistory(byte[] key) {
    return key[4] == HISTORY;
  }

  private static byte[] kind(int partition, byte kind) {
    return ByteBuffer.allocate(5).putInt(partition).put(kind).array();
  }

  private static byte[] part(int partition, byte kind, String key, int part) {
    if (part < StateCodec.HEAD || part > StateCodec.PART_MAX) {
      throw new IllegalArgumentException("no part of a state: " + part);
    }
    return keyed(partition, kind, key, Short.BYTES).putShort((short) part).array();
  }

  static int part(byte[] stateKey) {
    return Short.toUnsignedInt(ByteBuffer.wrap(stateKey).getShort(stateKey.length - Short.BYTES));
  }

  /** Sequence numbers are positive, so that big-endian order is their order. */
  static byte[] history(int partition, String key, long sequence) {
    return keyed(partition, HISTORY, key, Long.BYTES).putLong(sequence).array();
  }

  static byte[] firstHistory(int partition) {
    return kind(partition, HISTORY);
  }

  /** Behind all histories of the partition. */
  static byte[] endOfHistories(int partition) {
    return kind(partition, DELETED);
  }

  static String text(byte[] keyed) {
    int length = Short.toUnsignedInt(ByteBuffer.wrap(keyed).getShort(5));
    return new String(keyed, 7, length, StandardCharsets.UTF_8);
  }

  static long sequence(byte[] historyKey) {
    return ByteBuffer.wrap(historyKey).getLong(historyKey.length - Long.BYTES);
  }

  private static ByteBuffer keyed(int partition, byte kind, String key, int more) {
    byte[] text = key.getBytes(StandardCharsets.UTF_8);
    if (text.length > KEY_BYTES_MAX) {
      throw new IllegalArgumentException("a stream's key has at most " + KEY_BYTES_MAX + " bytes");
    }
    return ByteBuffer.allocate(7 + text.length + more)
        .putInt(partition)
        .put(kind)
        .putShort((short) text.length)
        .put(text);
  }
}
