package io.lockstep.sequencer.law;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;

/**
 * What a duplicate window keeps of one submission.
 *
 * @param number place in the window's own count, from 1
 * @param idHigh first 8 bytes of the submission id, big-endian
 * @param idLow last 8 bytes
 * @param facts what the window's kind of outcome needs, see {@link Window}
 */
record Remembered(long number, long idHigh, long idLow, long timeMillis, Facts facts) {
  /** Three numbers: of an accepted one its epoch; of a refused one reason, epoch and winner. */
  record Facts(long a, long b, long c) {}

  /**
   * @param id of {@link StreamLimits#SUBMISSION_ID_BYTES}
   */
  static Remembered of(long number, ByteString id, long timeMillis, Facts facts) {
    ByteBuffer bytes = id.asReadOnlyByteBuffer();
    return new Remembered(number, bytes.getLong(), bytes.getLong(), timeMillis, facts);
  }
}
