package io.lockstep.deploy.bench;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/** A subscriber of redis: arrays of three, the first for the subscription, then one a message. */
final class RedisConnection extends TextConnection {
  private static final String CHANNEL = "bench";

  private int elementsLeft;
  private boolean isSubscribed;

  private RedisConnection(LoadEvents events) {
    super(1, events);
  }

  /** A connection cannot have one channel twice. */
  static LoadProtocol protocol(int streams) {
    if (streams != 1) {
      throw new IllegalArgumentException("one stream on each connection");
    }
    return (channel, start, events) -> {
      RedisConnection connection = new RedisConnection(events);
      channel.pipeline().addLast(connection);
      return connection;
    };
  }

  static byte[] publish(int bytes) {
    return lineWith(
        "*3\r\n$7\r\nPUBLISH\r\n$" + CHANNEL.length() + "\r\n" + CHANNEL + "\r\n$" + bytes, bytes);
  }

  @Override
  void begin(ByteBuf out) {
    out.writeCharSequence("SUBSCRIBE " + CHANNEL + "\r\n", StandardCharsets.US_ASCII);
  }

  @Override
  int line(byte[] text, int length) {
    switch (text[0]) {
      case '*' -> elementsLeft = lastNumber(text, length);
      case ':' -> rest();
      case '$' -> {
        return lastNumber(text, length) + END_OF_LINE;
      }
      default ->
          throw new IllegalStateException(
              "redis says " + new String(text, 0, length, StandardCharsets.US_ASCII));
    }
    return 0;
  }

  @Override
  void rest() {
    if (--elementsLeft > 0) {
      return;
    }
    if (isSubscribed) {
      message();
    } else {
      isSubscribed = true;
      events.attached();
    }
  }
}
