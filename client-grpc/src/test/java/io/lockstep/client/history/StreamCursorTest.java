package io.lockstep.client.history;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lockstep.api.StreamChain;
import io.lockstep.client.history.HistoryException.Contradiction;
import io.lockstep.mls.codec.TlsReader;
import io.lockstep.mls.codec.TlsWriter;
import org.junit.jupiter.api.Test;

class StreamCursorTest {
  private static final byte[] STREAM = {1, 2, 3};

  private static byte[] payload(long sequence) {
    return Long.toString(sequence).getBytes(java.nio.charset.StandardCharsets.US_ASCII);
  }

  private static StreamCursor follow(StreamCursor cursor, int count) throws HistoryException {
    StreamCursor at = cursor;
    for (int i = 0; i < count; i++) {
      long sequence = at.sequence() + 1;
      byte[] chain = StreamChain.next(at.head().bytes(), STREAM, sequence, 5, payload(sequence));
      at = at.advance(sequence, 5, payload(sequence), chain);
    }
    return at;
  }

  private static void refused(Contradiction expected, ThrowingRunnable action) {
    assertEquals(expected, assertThrows(HistoryException.class, action::run).contradiction());
  }

  private interface ThrowingRunnable {
    void run() throws Exception;
  }

  @Test
  void aCursorSurvivesItsEncoding() throws Exception {
    StreamCursor cursor = follow(StreamCursor.start(STREAM), 10);
    TlsWriter out = new TlsWriter();
    cursor.encodeTo(out);
    StreamCursor read = TlsReader.decodeAll(out.toByteArray(), StreamCursor::decode);
    assertEquals(10, read.sequence());
    assertEquals(cursor.head(), read.head());
    assertEquals(cursor.headAt(3), read.headAt(3));
  }

  @Test
  void theWindowIsBounded() throws Exception {
    StreamCursor cursor = follow(StreamCursor.start(STREAM), 3 * StreamCursor.WINDOW);
    assertTrue(cursor.headAt(cursor.sequence() - StreamCursor.WINDOW + 1).isPresent());
    assertFalse(cursor.headAt(cursor.sequence() - StreamCursor.WINDOW).isPresent());
    assertFalse(cursor.headAt(cursor.sequence() + 1).isPresent());
    TlsWriter out = new TlsWriter();
    cursor.encodeTo(out);
    assertTrue(out.size() < (StreamCursor.WINDOW + 1) * StreamChain.LENGTH);
  }

  @Test
  void aHoleIsRefused() throws Exception {
    StreamCursor cursor = follow(StreamCursor.start(STREAM), 2);
    refused(
        Contradiction.ENTRY_MISSING,
        () -> cursor.advance(4, 5, payload(4), new byte[StreamChain.LENGTH]));
  }

  @Test
  void anotherPayloadEpochOrStreamIsRefused() throws Exception {
    StreamCursor cursor = follow(StreamCursor.start(STREAM), 2);
    byte[] chain = StreamChain.next(cursor.head().bytes(), STREAM, 3, 5, payload(3));
    refused(Contradiction.CHAIN_MISMATCH, () -> cursor.advance(3, 5, payload(4), chain));
    refused(Contradiction.CHAIN_MISMATCH, () -> cursor.advance(3, 6, payload(3), chain));
    StreamCursor other = StreamCursor.at(new byte[] {9}, 2, cursor.head());
    refused(Contradiction.CHAIN_MISMATCH, () -> other.advance(3, 5, payload(3), chain));
    assertEquals(3, cursor.advance(3, 5, payload(3), chain).sequence());
  }

  @Test
  void aRepeatedEntryMustBeTheSame() throws Exception {
    StreamCursor cursor = follow(StreamCursor.start(STREAM), 5);
    cursor.checkRepeated(3, cursor.headAt(3).orElseThrow().bytes());
    refused(
        Contradiction.ENTRY_REPLACED, () -> cursor.checkRepeated(3, new byte[StreamChain.LENGTH]));
  }

  @Test
  void claimsAreComparedWithWhatIsRemembered() throws Exception {
    StreamCursor cursor = follow(StreamCursor.start(STREAM), 5);
    HistoryClaim honest = new HistoryClaim(4, cursor.headAt(4).orElseThrow());
    cursor.checkClaim(honest, 6);
    refused(
        Contradiction.MEMBER_SAW_OTHER_HISTORY,
        () -> cursor.checkClaim(new HistoryClaim(4, ChainHead.zero()), 6));
    refused(
        Contradiction.MEMBER_SAW_OTHER_HISTORY,
        () -> cursor.checkClaim(new HistoryClaim(6, ChainHead.zero()), 6));
    StreamCursor late = StreamCursor.at(STREAM, 5, cursor.head());
    late.checkClaim(new HistoryClaim(1, ChainHead.zero()), 6);
  }

  @Test
  void aClaimSurvivesItsEncodingAndOthersAuthenticatedDataIsNone() throws Exception {
    HistoryClaim claim = follow(StreamCursor.start(STREAM), 3).claim();
    assertEquals(claim, HistoryClaim.decode(claim.encode()).orElseThrow());
    assertFalse(HistoryClaim.decode(new byte[0]).isPresent());
    assertFalse(HistoryClaim.decode(new byte[41]).isPresent());
  }
}
