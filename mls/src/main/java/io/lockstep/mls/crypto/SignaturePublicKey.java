package io.lockstep.mls.crypto;

import io.lockstep.mls.MlsException;
import io.lockstep.mls.codec.Encodable;
import io.lockstep.mls.codec.TlsReader;
import io.lockstep.mls.codec.TlsWriter;

/**
 * {@code opaque SignaturePublicKey<V>} of RFC 9420 section 5.1.1. Not checked to be a point of the
 * curve until it is used.
 */
public final class SignaturePublicKey extends KeyBytes implements Encodable {
  public SignaturePublicKey(byte[] bytes) {
    super(bytes);
  }

  public static SignaturePublicKey decode(TlsReader in) throws MlsException.Malformed {
    return new SignaturePublicKey(in.opaque());
  }

  @Override
  public void encodeTo(TlsWriter out) {
    out.opaque(raw());
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof SignaturePublicKey that && sameBytes(that);
  }

  @Override
  public int hashCode() {
    return super.hashCode();
  }
}
