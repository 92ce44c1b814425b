package io.lockstep.gateway.vertx;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import io.lockstep.api.v1.Reason;
import io.lockstep.gateway.admission.Refused;
import io.vertx.core.buffer.Buffer;
import io.vertx.grpc.common.GrpcMessage;
import io.vertx.grpc.common.WireFormat;

/** Protobuf messages in gRPC frames. */
final class Messages {
  private static final String IDENTITY = "identity";

  private Messages() {}

  static <T extends MessageLite> T parse(Parser<T> parser, GrpcMessage message) throws Refused {
    if (message.format() != WireFormat.PROTOBUF || !IDENTITY.equals(message.encoding())) {
      throw unreadable();
    }
    try {
      return parser.parseFrom(message.payload().getBytes());
    } catch (InvalidProtocolBufferException e) {
      throw wrong();
    }
  }

  /** For a message in another format, or compressed. */
  static Refused unreadable() {
    return new Refused(Reason.INVALID_FIELD, "messages must be protobuf, not compressed");
  }

  /** For what is another message, or none. */
  static Refused wrong() {
    return new Refused(Reason.INVALID_FIELD, "the bytes are not the request message");
  }

  static GrpcMessage frame(byte[] bytes) {
    return GrpcMessage.message(IDENTITY, Buffer.buffer(bytes));
  }
}
