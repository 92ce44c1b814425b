package io.lockstep.mls.schedule;

import io.lockstep.mls.codec.TlsWriter;
import io.lockstep.mls.crypto.CipherSuite;

/** The running hashes over all Commits of a group (RFC 9420 section 8.2). */
public final class TranscriptHash {
  private TranscriptHash() {}

  /**
   * {@code confirmedInput} is an encoded ConfirmedTranscriptHashInput: wire format, content and
   * signature of the Commit.
   */
  public static byte[] confirmed(CipherSuite suite, byte[] interimBefore, byte[] confirmedInput) {
    return suite.hash(interimBefore, confirmedInput);
  }

  public static byte[] interim(CipherSuite suite, byte[] confirmed, byte[] confirmationTag) {
    byte[] input = new TlsWriter(confirmationTag.length + 4).opaque(confirmationTag).toByteArray();
    return suite.hash(confirmed, input);
  }
}
