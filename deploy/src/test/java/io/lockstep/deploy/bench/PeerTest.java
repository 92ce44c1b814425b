package io.lockstep.deploy.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What subscribers of other servers count, however the bytes are cut. */
class PeerTest {
  private static final int BYTES = 300;

  @Test
  void messagesOfNatsAreCounted() {
    byte[] hello = text("INFO {\"server_id\":\"x\",\"n\":\"MSG\"}\r\nPONG\r\n");
    byte[] message = join(text("MSG bench 12 " + BYTES + "\r\n"), payload(), text("\r\n"));
    assertCounted(Peer.NATS, 3, join(hello, message, message, message));
  }

  @Test
  void messagesOfRedisAreCounted() {
    byte[] subscribed = text("*3\r\n$9\r\nsubscribe\r\n$5\r\nbench\r\n:1\r\n");
    byte[] message =
        join(
            text("*3\r\n$7\r\nmessage\r\n$5\r\nbench\r\n$" + BYTES + "\r\n"),
            payload(),
            text("\r\n"));
    assertCounted(Peer.REDIS, 2, join(subscribed, message, message));
  }

  @Test
  void messagesOfMqttAreCounted() {
    byte[] connected = {0x20, 2, 0, 0};
    byte[] subscribed = {(byte) 0x90, 3, 0, 1, 0};
    // What a publisher sends is what a subscriber gets.
    byte[] message = Peer.MOSQUITTO.publish(BYTES);
    assertCounted(Peer.MOSQUITTO, 2, join(connected, subscribed, message, message));
  }

  /** Whole, and byte by byte. */
  private static void assertCounted(Peer peer, int messages, byte[] sent) {
    for (int piece : List.of(sent.length, 1)) {
      Counts counts = new Counts();
      EmbeddedChannel channel = new EmbeddedChannel();
      CountingConnection connection =
          peer.subscriber(1).begin(channel, new LoadProtocol.Start(0, 0), counts);
      ByteBuf all = Unpooled.wrappedBuffer(sent);
      while (all.isReadable()) {
        connection.read(all.readSlice(Math.min(piece, all.readableBytes())));
      }
      assertEquals(1, counts.attached, "attached");
      assertEquals(messages, counts.delivered, "delivered");
      assertEquals(1, connection.served(messages), "served");
    }
  }

  /** With bytes that would mean something elsewhere. */
  private static byte[] payload() {
    return "MSG *3\r\n".repeat(BYTES).substring(0, BYTES).getBytes(StandardCharsets.US_ASCII);
  }

  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static byte[] join(byte[]... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }

  private static final class Counts implements LoadEvents {
    private int attached;
    private int delivered;

    @Override
    public void attached() {
      attached++;
    }

    @Override
    public void delivered() {
      delivered++;
    }

    @Override
    public void took(long nanos) {
      throw new AssertionError("nobody looks into messages");
    }
  }
}
