package io.lockstep.chainlog.store;

import io.lockstep.chainlog.StateCodec;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Layout of the keys: partition (4 bytes), kind (1), length of the text key (2), text key, then in
 * states the number of the part (2), in histories the sequence number (8).
 */
final class StoreKeys {
  static final int KEY_BYTES_MAX = 0xffff;

  private static final byte POSITION = 0;
  private static final byte STATE = 1;
  private static final byte HISTORY = 2;
  private static final byte END = 3;

  private StoreKeys() {}

  static byte[] position(int partition) {
    return ByteBuffer.allocate(5).putInt(partition).put(POSITION).array();
  }

  static byte[] end(int partition) {
    return ByteBuffer.allocate(5).putInt(partition).put(END).array();
  }

  static byte[] state(int partition, String key, int part) {
    if (part < StateCodec.HEAD || part > StateCodec.PART_MAX) {
      throw new IllegalArgumentException("no part of a state: " + part);
    }
    return keyed(partition, STATE, key, Short.BYTES).putShort((short) part).array();
  }

  static int part(byte[] stateKey) {
    return Short.toUnsignedInt(ByteBuffer.wrap(stateKey).getShort(stateKey.length - Short.BYTES));
  }

  /** Sequence numbers are positive, so that big-endian order is their order. */
  static byte[] history(int partition, String key, long sequence) {
    return keyed(partition, HISTORY, key, Long.BYTES).putLong(sequence).array();
  }

  static byte[] firstHistory(int partition) {
    return ByteBuffer.allocate(5).putInt(partition).put(HISTORY).array();
  }

  /** Behind all histories of the partition. */
  static byte[] endOfHistories(int partition) {
    return ByteBuffer.allocate(5).putInt(partition).put((byte) (HISTORY + 1)).array();
  }

  static String historyOf(byte[] historyKey) {
    int length = Short.toUnsignedInt(ByteBuffer.wrap(historyKey).getShort(5));
    return new String(historyKey, 7, length, StandardCharsets.UTF_8);
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
