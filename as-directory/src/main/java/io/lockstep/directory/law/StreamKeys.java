package io.lockstep.directory.law;

import com.google.protobuf.ByteString;
import java.util.HexFormat;

/** Text keys of the directory's streams; {@code directory.proto} has the list. */
public final class StreamKeys {
  private static final HexFormat HEX = HexFormat.of();

  private StreamKeys() {}

  public static String account(String userName) {
    return "u:" + userName;
  }

  public static String client(ByteString clientId) {
    return "c:" + HEX.formatHex(clientId.toByteArray());
  }

  public static String signatureKey(ByteString signatureKey) {
    return "s:" + HEX.formatHex(signatureKey.toByteArray());
  }

  public static String invitation(ByteString codeHash) {
    return "n:" + HEX.formatHex(codeHash.toByteArray());
  }
}
