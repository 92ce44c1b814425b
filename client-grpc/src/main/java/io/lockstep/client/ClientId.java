package io.lockstep.client;

import com.google.protobuf.ByteString;
import java.util.HexFormat;
import java.util.Locale;

/** How the services know a client (one device): 16 random bytes, here in lower-case hex. */
public record ClientId(String hex) {
  private static final int LENGTH = 16;

  public ClientId {
    if (HexFormat.of().parseHex(hex).length != LENGTH
        || !hex.equals(hex.toLowerCase(Locale.ROOT))) {
      throw new IllegalArgumentException("a client id is 32 lower-case hex digits");
    }
  }

  public static ClientId of(byte[] bytes) {
    return new ClientId(HexFormat.of().formatHex(bytes));
  }

  static ClientId of(ByteString bytes) {
    return of(bytes.toByteArray());
  }

  /** 16 bytes. */
  public byte[] bytes() {
    return HexFormat.of().parseHex(hex);
  }

  @Override
  public String toString() {
    return hex;
  }
}
