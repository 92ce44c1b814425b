package io.lockstep.mls;

import io.lockstep.mls.codec.Encodable;
import io.lockstep.mls.codec.TlsReader;
import io.lockstep.mls.codec.TlsWriter;
import java.util.Arrays;
import java.util.HexFormat;

/** Hash that names a KeyPackage (RFC 9420 section 5.2). */
public final class KeyPackageRef implements Encodable {
  private final byte[] bytes;

  /** {@code bytes}: as long as a hash of the suite. Copied. */
  public KeyPackageRef(byte[] bytes) {
    this.bytes = bytes.clone();
  }

  public static KeyPackageRef decode(TlsReader in) throws MlsException.Malformed {
    return new KeyPackageRef(in.opaque());
  }

  /** A copy. */
  public byte[] bytes() {
    return bytes.clone();
  }

  @Override
  public void encodeTo(TlsWriter out) {
    out.opaque(bytes);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof KeyPackageRef that && Arrays.equals(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  @Override
  public String toString() {
    return HexFormat.of().formatHex(bytes);
  }
}
