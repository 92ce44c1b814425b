package io.lockstep.sequencer.law;

import com.google.protobuf.ByteString;
import io.lockstep.api.EpochPass;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Ids and passes by number. */
public final class Ids {
  private Ids() {}

  public static ByteString submission(long number) {
    return sixteen(0x5B, number);
  }

  public static ByteString inbox(long number) {
    return sixteen(0x1B, number);
  }

  public static ByteString group(String name) {
    return ByteString.copyFromUtf8(name);
  }

  public static ByteString ref(String name) {
    return ByteString.copyFrom(EpochPass.hash(name.getBytes(StandardCharsets.UTF_8)));
  }

  /** SHA-256 of the pass of an epoch, where branch tells rivals for the same epoch apart. */
  public static ByteString passHash(long epoch, int branch) {
    return ByteString.copyFrom(
        EpochPass.hash(("pass " + epoch + " " + branch).getBytes(StandardCharsets.UTF_8)));
  }

  public static ByteString passHash(long epoch) {
    return passHash(epoch, 0);
  }

  private static ByteString sixteen(int kind, long number) {
    return ByteString.copyFrom(ByteBuffer.allocate(16).putInt(kind).putLong(4, number).array());
  }
}
