package io.lockstep.keystore.law;

import com.google.protobuf.ByteString;
import java.util.HexFormat;

/** Text keys of the key store's streams. */
public final class StreamKeys {
  private StreamKeys() {}

  public static String client(ByteString clientId) {
    return "k:" + HexFormat.of().formatHex(clientId.toByteArray());
  }
}
