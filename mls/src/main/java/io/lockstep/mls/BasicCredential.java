package io.lockstep.mls;

import io.lockstep.mls.codec.TlsWriter;
import java.util.Arrays;

/** A bare identity in a format of the application's own. */
public final class BasicCredential implements Credential {
  private final byte[] identity;

  /** {@code identity}: any bytes; what they mean is up to the application. Copied. */
  public BasicCredential(byte[] identity) {
    this.identity = identity.clone();
  }

  /** A copy. */
  public byte[] identity() {
    return identity.clone();
  }

  @Override
  public int type() {
    return BASIC;
  }

  @Override
  public void encodeTo(TlsWriter out) {
    out.uint16(BASIC).opaque(identity);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof BasicCredential that && Arrays.equals(identity, that.identity);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(identity);
  }

  @Override
  public String toString() {
    return "BasicCredential[" + identity.length + " bytes]";
  }
}
