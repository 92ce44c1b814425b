package io.lockstep.deploy.bench;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;

/** A subscriber that speaks MQTT 3.1.1 without acknowledgements (QoS 0), with one topic. */
final class MqttConnection extends CountingConnection {
  private static final int CONNECT = 1;
  private static final int CONNACK = 2;
  private static final int PUBLISH = 3;
  private static final int SUBSCRIBE = 8;
  private static final int SUBACK = 9;

  private static final byte[] TOPIC = {0, 5, 'b', 'e', 'n', 'c', 'h'};

  /** Name and level of the protocol, clean session, no keepalive, no name of the client. */
  private static final byte[] HELLO = {0, 4, 'M', 'Q', 'T', 'T', 4, 2, 0, 0, 0, 0};

  private static final int PUBLISH_HEAD_MAX = 5 + TOPIC.length;

  private final LoadEvents events;
  private int type;
  private int length;
  private int shift = -1;
  private int left;
  private long messages;

  private MqttConnection(LoadEvents events) {
    this.events = events;
  }

  /** A connection cannot have one topic twice. */
  static LoadProtocol protocol(int streams) {
    if (streams != 1) {
      throw new IllegalArgumentException("one stream on each connection");
    }
    return (channel, start, events) -> {
      MqttConnection connection = new MqttConnection(events);
      channel.pipeline().addLast(connection);
      return connection;
    };
  }

  static byte[] greeting() {
    return ByteBuffer.allocate(2 + HELLO.length)
        .put((byte) (CONNECT << 4))
        .put((byte) HELLO.length)
        .put(HELLO)
        .array();
  }

  static byte[] publish(int bytes) {
    ByteBuffer out = ByteBuffer.allocate(PUBLISH_HEAD_MAX + bytes).put((byte) (PUBLISH << 4));
    int rest = TOPIC.length + bytes;
    for (; rest >= 128; rest /= 128) {
      out.put((byte) (rest % 128 | 128));
    }
    out.put((byte) rest).put(TOPIC).put(new byte[bytes]);
    byte[] packet = new byte[out.position()];
    out.flip().get(packet);
    return packet;
  }

  @Override
  void begin(ByteBuf out) {
    int packetId = 1;
    out.writeBytes(greeting())
        .writeByte(SUBSCRIBE << 4 | 2)
        .writeByte(2 + TOPIC.length + 1)
        .writeShort(packetId)
        .writeBytes(TOPIC)
        .writeByte(0);
  }

  @Override
  int served(long each) {
    return messages == each ? 1 : 0;
  }

  @Override
  void read(ByteBuf in) {
    while (in.isReadable()) {
      if (left > 0) {
        int part = Math.min(left, in.readableBytes());
        in.skipBytes(part);
        left -= part;
        if (left == 0) {
          packet();
        }
      } else if (shift < 0) {
        type = in.readByte() >> 4 & 15;
        length = 0;
        shift = 0;
      } else {
        byte digit = in.readByte();
        length |= (digit & 127) << shift;
        shift += 7;
        if (digit >= 0) {
          left = length;
          shift = -1;
          if (left == 0) {
            packet();
          }
        }
      }
    }
  }

  private void packet() {
    switch (type) {
      case CONNACK -> {}
      case SUBACK -> events.attached();
      case PUBLISH -> {
        messages++;
        events.delivered();
      }
      default -> throw new IllegalStateException("the broker sent a packet of type " + type);
    }
  }
}
