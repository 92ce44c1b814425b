package io.lockstep.mls;

import io.lockstep.mls.codec.Encodable;
import io.lockstep.mls.codec.TlsReader;
import io.lockstep.mls.codec.TlsWriter;
import java.security.MessageDigest;

/**
 * The MAC of a Commit that shows its sender's knowledge of the new epoch (RFC 9420 section 6.1).
 */
final class ConfirmationTag implements Encodable {
  private final byte[] bytes;

  ConfirmationTag(byte[] bytes) {
    this.bytes = bytes.clone();
  }

  static ConfirmationTag decode(TlsReader in) throws MlsException.Malformed {
    return new ConfirmationTag(in.opaque());
  }

  /** A copy. */
  byte[] bytes() {
    return bytes.clone();
  }

  boolean is(byte[] other) {
    return MessageDigest.isEqual(bytes, other);
  }

  @Override
  public void encodeTo(TlsWriter out) {
    out.opaque(bytes);
  }
}
