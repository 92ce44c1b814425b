package io.lockstep.mls;

import io.lockstep.mls.codec.Encodable;
import io.lockstep.mls.codec.TlsReader;
import io.lockstep.mls.codec.TlsWriter;
import java.util.Arrays;
import java.util.HexFormat;

/** Name of a group, chosen by its creator (RFC 9420 section 11): any bytes, also none. */
public final class GroupId implements Encodable {
  private final byte[] bytes;

  /** Copied. As many random bytes as a hash of the suite has make it unique (section 11). */
  public GroupId(byte[] bytes) {
    this.bytes = bytes.clone();
  }

  public static GroupId decode(TlsReader in) throws MlsException.Malformed {
    return new GroupId(in.opaque());
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
    return other instanceof GroupId that && Arrays.equals(bytes, that.bytes);
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
