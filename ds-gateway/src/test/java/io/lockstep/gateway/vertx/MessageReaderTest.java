package io.lockstep.gateway.vertx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.lockstep.api.v1.Ack;
import io.lockstep.api.v1.ConnectRequest;
import io.lockstep.api.v1.Reason;
import io.lockstep.api.v1.StreamRef;
import io.lockstep.gateway.admission.Refused;
import io.lockstep.gateway.log.GrpcFrame;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class MessageReaderTest {
  private static final int BYTES_MAX = 1_000;

  private static ConnectRequest ack(int size) {
    return ConnectRequest.newBuilder()
        .setAck(
            Ack.newBuilder()
                .setStream(StreamRef.newBuilder().setGroupId(ByteString.copyFrom(new byte[size]))))
        .build();
  }

  /** Messages from the bytes, which come in pieces that the seed chooses. */
  private static List<ConnectRequest> read(MessageReader reader, byte[] all, Random random)
      throws Refused {
    List<ConnectRequest> messages = new ArrayList<>();
    int at = 0;
    while (at < all.length) {
      int length = Math.min(all.length - at, 1 + random.nextInt(1 << random.nextInt(12)));
      ByteBuf piece = Unpooled.wrappedBuffer(all, at, length);
      at += length;
      Optional<ConnectRequest> next = reader.next(piece, ConnectRequest.parser());
      while (next.isPresent()) {
        messages.add(next.get());
        next = reader.next(piece, ConnectRequest.parser());
      }
      assertEquals(0, piece.readableBytes());
    }
    return messages;
  }

  @Property(tries = 500)
  void messagesAreTheSameHoweverTheirBytesAreCut(@ForAll long seed) throws Refused {
    Random random = new Random(seed);
    List<ConnectRequest> sent = new ArrayList<>();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int i = random.nextInt(30); i >= 0; i--) {
      ConnectRequest message =
          random.nextInt(5) == 0 ? ConnectRequest.getDefaultInstance() : ack(random.nextInt(900));
      sent.add(message);
      bytes.writeBytes(GrpcFrame.of(message));
    }
    MessageReader reader = new MessageReader(BYTES_MAX);
    assertEquals(sent, read(reader, bytes.toByteArray(), random));
    assertFalse(reader.isWithin());
  }

  private static Reason refused(byte... bytes) {
    MessageReader reader = new MessageReader(BYTES_MAX);
    return assertThrows(
            Refused.class,
            () -> reader.next(Unpooled.wrappedBuffer(bytes), ConnectRequest.parser()))
        .reason();
  }

  @Test
  void aMessageThatIsTooLargeIsRefusedBeforeItHasCome() {
    assertEquals(
        Reason.PAYLOAD_TOO_LARGE, refused((byte) 0, (byte) 0, (byte) 0, (byte) 4, (byte) 0));
    assertEquals(
        Reason.PAYLOAD_TOO_LARGE, refused((byte) 0, (byte) -1, (byte) -1, (byte) -1, (byte) -1));
  }

  @Test
  void whatIsCompressedOrNoMessageIsRefused() {
    assertEquals(Reason.INVALID_FIELD, refused((byte) 1, (byte) 0, (byte) 0, (byte) 0, (byte) 0));
    assertEquals(
        Reason.INVALID_FIELD, refused((byte) 0, (byte) 0, (byte) 0, (byte) 0, (byte) 1, (byte) 7));
  }

  @Test
  void itIsWithinAMessageAsLongAsOneByteIsMissing() throws Refused {
    byte[] frame = GrpcFrame.of(ack(50));
    MessageReader reader = new MessageReader(BYTES_MAX);
    ByteBuf most = Unpooled.wrappedBuffer(frame, 0, frame.length - 1);
    assertTrue(reader.next(most, ConnectRequest.parser()).isEmpty());
    assertTrue(reader.isWithin());
    ByteBuf last = Unpooled.wrappedBuffer(frame, frame.length - 1, 1);
    assertEquals(Optional.of(ack(50)), reader.next(last, ConnectRequest.parser()));
    assertFalse(reader.isWithin());
  }
}
