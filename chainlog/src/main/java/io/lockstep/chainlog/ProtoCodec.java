package io.lockstep.chainlog;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import com.google.protobuf.UnsafeByteOperations;
import java.io.IOException;
import java.io.UncheckedIOException;

record ProtoCodec<T extends MessageLite>(Parser<T> parser, boolean viewing) implements Codec<T> {
  @Override
  public byte[] encode(T value) {
    byte[] bytes = new byte[value.getSerializedSize()];
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    out.useDeterministicSerialization();
    try {
      value.writeTo(out);
    } catch (IOException e) {
      throw new UncheckedIOException("an array cannot refuse a write of the announced size", e);
    }
    out.checkNoSpaceLeft();
    return bytes;
  }

  @Override
  public T decode(byte[] bytes) throws CodecException {
    return decode(UnsafeByteOperations.unsafeWrap(bytes));
  }

  @Override
  public T decode(ByteString bytes) throws CodecException {
    try {
      CodedInputStream in = bytes.newCodedInput();
      in.enableAliasing(viewing);
      T message = parser.parseFrom(in);
      in.checkLastTagWas(0);
      return message;
    } catch (InvalidProtocolBufferException e) {
      throw new CodecException("not a protobuf message of this type", e);
    }
  }
}
