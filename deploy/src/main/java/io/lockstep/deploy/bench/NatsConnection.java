package io.lockstep.deploy.bench;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/** A subscriber of nats-server: {@code MSG SUBJECT SID BYTES}, and so many bytes. */
final class NatsConnection extends TextConnection {
  private static final String SUBJECT = "bench";
  private static final String CONNECT = "CONNECT {\"verbose\":false,\"pedantic\":false}\r\n";

  private final int subscriptions;

  private NatsConnection(int subscriptions, LoadEvents events) {
    super(subscriptions, events);
    this.subscriptions = subscriptions;
  }

  static LoadProtocol protocol(int subscriptions) {
    return (channel, start, events) -> {
      NatsConnection connection = new NatsConnection(subscriptions, events);
      channel.pipeline().addLast(connection);
      return connection;
    };
  }

  static byte[] greeting() {
    return CONNECT.getBytes(StandardCharsets.US_ASCII);
  }

  static byte[] publish(int bytes) {
    return lineWith("PUB " + SUBJECT + " " + bytes, bytes);
  }

  @Override
  void begin(ByteBuf out) {
    StringBuilder text = new StringBuilder(CONNECT);
    for (int sid = 1; sid <= subscriptions; sid++) {
      text.append("SUB ").append(SUBJECT).append(' ').append(sid).append("\r\n");
    }
    out.writeCharSequence(text.append("PING\r\n"), StandardCharsets.US_ASCII);
  }

  @Override
  int line(byte[] text, int length) {
    if (text[0] == 'M') {
      return lastNumber(text, length) + END_OF_LINE;
    }
    switch (new String(text, 0, length, StandardCharsets.US_ASCII).split(" ", 2)[0]) {
      case "PONG" -> events.attached();
      case "PING" -> answer().writeCharSequence("PONG\r\n", StandardCharsets.US_ASCII);
      case "INFO" -> {}
      case String other -> throw new IllegalStateException("nats-server says " + other);
    }
    return 0;
  }

  @Override
  void rest() {
    message();
  }
}
