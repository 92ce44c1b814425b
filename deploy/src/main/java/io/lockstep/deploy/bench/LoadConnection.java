package io.lockstep.deploy.bench;

import com.google.protobuf.InvalidProtocolBufferException;
import io.lockstep.api.v1.ConnectResponse;
import io.lockstep.api.v1.DeliveryFrame;
import io.lockstep.api.v1.Kind;
import io.netty.buffer.ByteBuf;

/** One connection to a gateway: attaches its streams, counts messages, opens its windows. */
final class LoadConnection extends CountingConnection implements FrameScanner.Frames {
  private static final int STREAM_WINDOW = 1 << 20;
  private static final int CONNECTION_WINDOW = 64 << 20;
  private static final int DEFAULT_WINDOW = 65_535;

  /**
   * What every connection does.
   *
   * @param streams on each
   * @param headers block of a request
   * @param attach gRPC frame that begins a call
   * @param group that it names
   * @param start where it attaches
   * @param look what is looked for in messages
   */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  record Plan(
      int streams, byte[] headers, byte[] attach, int group, LoadProtocol.Start start, Look look) {}

  /** What a connection looks for in messages, which takes its time. */
  enum Look {
    /** They are counted only. */
    NOTHING,
    /** The time that they were made. */
    TIMES,
    /** Commits, whose pass is then shown. */
    COMMITS
  }

  private final Plan plan;
  private final LoadEvents events;
  private final FrameScanner scanner = new FrameScanner();
  private final LoadStream[] streams;
  private int unattached;
  private long consumed;

  LoadConnection(Plan plan, LoadEvents events) {
    this.plan = plan;
    this.events = events;
    this.streams = new LoadStream[plan.streams()];
    this.unattached = plan.streams();
  }

  @Override
  void begin(ByteBuf out) {
    out.writeBytes(FanoutWire.PREFACE);
    FanoutWire.clientSettings(out, STREAM_WINDOW);
    FanoutWire.windowUpdate(out, 0, CONNECTION_WINDOW - DEFAULT_WINDOW);
    for (int i = 0; i < streams.length; i++) {
      streams[i] = new LoadStream();
      FanoutWire.headers(out, 2 * i + 1, plan.headers());
      FanoutWire.data(out, 2 * i + 1, plan.attach());
    }
  }

  @Override
  void read(ByteBuf in) {
    scanner.scan(in, this);
  }

  @Override
  int served(long messages) {
    int count = 0;
    for (LoadStream stream : streams) {
      if (stream.messages - FanoutWire.BEFORE_DELIVERIES == messages) {
        count++;
      }
    }
    return count;
  }

  @Override
  public void payload(int type, int flags, int stream, ByteBuf from, int bytes, boolean last) {
    switch (type) {
      case FanoutWire.DATA -> data(stream, from, bytes);
      case FanoutWire.PING -> {
        if (flags == 0 && bytes == 8) {
          FanoutWire.header(answer(), 8, FanoutWire.PING, FanoutWire.ACK, 0).writeBytes(from, 8);
        } else {
          from.skipBytes(bytes);
        }
      }
      case FanoutWire.SETTINGS -> {
        from.skipBytes(bytes);
        if (last && flags == 0) {
          FanoutWire.settingsAck(answer());
        }
      }
      case FanoutWire.RST_STREAM, FanoutWire.GOAWAY -> throw lost("a frame of type " + type);
      case FanoutWire.HEADERS -> {
        from.skipBytes(bytes);
        if ((flags & FanoutWire.END_STREAM) != 0) {
          throw lost("trailers");
        }
      }
      default -> from.skipBytes(bytes);
    }
  }

  private static IllegalStateException lost(String what) {
    return new IllegalStateException("the server ended a stream by " + what);
  }

  private void data(int id, ByteBuf from, int bytes) {
    LoadStream stream = streams[id / 2];
    int before = stream.messages;
    stream.take(id, from, bytes);
    int first = FanoutWire.BEFORE_DELIVERIES + plan.start().missed();
    for (int i = before + 1; i <= stream.messages; i++) {
      if (i > first) {
        events.delivered();
      } else if (i == first && --unattached == 0) {
        events.attached();
      }
      int count = i - FanoutWire.BEFORE_DELIVERIES;
      if (count > 0 && count % FanoutWire.ACK_EVERY == 0) {
        long stored = plan.start().after() + count;
        FanoutWire.data(answer(), id, GatewayProtocol.ack(plan.group(), stored));
      }
    }
    stream.consumed += bytes;
    if (stream.consumed >= STREAM_WINDOW / 2) {
      FanoutWire.windowUpdate(answer(), id, stream.consumed);
      stream.consumed = 0;
    }
    consumed += bytes;
    if (consumed >= CONNECTION_WINDOW / 2) {
      FanoutWire.windowUpdate(answer(), 0, (int) consumed);
      consumed = 0;
    }
  }

  private void look(int id, byte[] message) {
    try {
      ConnectResponse response = ConnectResponse.parseFrom(message);
      if (response.hasDetached()) {
        throw lost("Detached with " + response.getDetached().getReason());
      }
      DeliveryFrame delivery = response.getDelivery();
      if (plan.look() == Look.COMMITS && delivery.getKind() == Kind.COMMIT) {
        FanoutWire.data(
            answer(), id, GatewayProtocol.renewal(plan.group(), delivery.getSequence()));
      }
      if (plan.look() == Look.TIMES && response.hasDelivery()) {
        events.took(System.nanoTime() - FedGroup.stamp(delivery.getPayload()));
      }
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("the server sent what is no message", e);
    }
  }

  /** Counts the gRPC messages of one stream. */
  private final class LoadStream {
    private int prefixHave;
    private int length;
    private int left;
    private int messages;
    private int consumed;
    private byte[] message = new byte[0];

    /** The first says whether it is attached. */
    private boolean looksIntoIt() {
      return messages == 0 || plan.look() != Look.NOTHING;
    }

    private void take(int id, ByteBuf from, int bytes) {
      int rest = bytes;
      while (rest > 0) {
        if (prefixHave < FanoutWire.prefixBytes()) {
          length = (length << 8) | from.readUnsignedByte();
          rest--;
          prefixHave++;
          if (prefixHave < FanoutWire.prefixBytes()) {
            continue;
          }
          left = length;
          if (looksIntoIt()) {
            message = new byte[length];
          }
        }
        int part = Math.min(left, rest);
        if (looksIntoIt()) {
          from.readBytes(message, length - left, part);
        } else {
          from.skipBytes(part);
        }
        left -= part;
        rest -= part;
        if (left == 0) {
          if (looksIntoIt()) {
            look(id, message);
          }
          messages++;
          prefixHave = 0;
          length = 0;
        }
      }
    }
  }
}
