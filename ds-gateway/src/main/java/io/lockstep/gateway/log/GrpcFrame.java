package io.lockstep.gateway.log;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.MessageLite;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;

/**
 * The frame of a message on a gRPC stream: "not compressed" (1 byte), length (4 bytes), message.
 */
public final class GrpcFrame {
  /** Bytes before the message. */
  public static final int PREFIX_BYTES = 5;

  private GrpcFrame() {}

  public static byte[] of(MessageLite message) {
    int size = message.getSerializedSize();
    byte[] frame = new byte[PREFIX_BYTES + size];
    ByteBuffer.wrap(frame).putInt(1, size);
    CodedOutputStream out = CodedOutputStream.newInstance(frame, PREFIX_BYTES, size);
    try {
      message.writeTo(out);
    } catch (IOException e) {
      throw new UncheckedIOException("an array has room for what was counted", e);
    }
    out.checkNoSpaceLeft();
    return frame;
  }
}
