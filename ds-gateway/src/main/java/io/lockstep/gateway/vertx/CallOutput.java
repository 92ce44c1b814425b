package io.lockstep.gateway.vertx;

import io.lockstep.gateway.log.GrpcFrame;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2RemoteFlowController.FlowControlled;
import io.netty.handler.codec.http2.Http2Stream;
import java.util.Arrays;

/**
 * What is on its way to one Connect call: references to frames that it shares with other calls,
 * never copies. What was gathered in a turn is given to the flow controller as one; while a window
 * has no room for all of it, the rest of the log waits at the call's cursor.
 */
final class CallOutput implements FlowControlled {
  /** Gathered for one call in a turn; the last frame may go beyond it. */
  static final int GATHERED_BYTES_MAX = 64 << 10;

  /** An array that grew beyond it is not kept. */
  private static final int FRAMES_KEPT = 4;

  private final MergedWriter writer;
  private final Http2Stream stream;
  private final Runnable roomAgain;
  private byte[][] frames = new byte[1][];
  private int first;
  private int end;
  private int firstSent;
  private int bytes;
  private boolean submitted;
  private boolean refused;
  private boolean ended;

  CallOutput(MergedWriter writer, Http2Stream stream, Runnable roomAgain) {
    this.writer = writer;
    this.stream = stream;
    this.roomAgain = roomAgain;
  }

  /** The connection that the call is on. */
  MergedWriter line() {
    return writer;
  }

  /**
   * Whether more should be handed over: nothing waits for a window, and the windows have room for
   * more than was gathered. If not, it is told when to ask again.
   */
  boolean ready() {
    boolean ready =
        !submitted && (bytes == 0 || bytes < Math.min(GATHERED_BYTES_MAX, windowBytes()));
    refused |= !ready;
    return ready;
  }

  private int windowBytes() {
    return Math.min(writer.windows().windowSize(stream), writer.connectionWindowBytes());
  }

  /**
   * Takes a frame, whether {@link #ready} or not.
   *
   * @param frame a gRPC frame, which nobody changes any more
   */
  void write(byte[] frame) {
    if (ended) {
      return;
    }
    if (submitted) {
      writer.windows().addFlowControlled(stream, new Addition(frame));
      writer.flushSoon();
      return;
    }
    if (bytes == 0) {
      writer.fresh(this);
    }
    add(frame);
  }

  private void add(byte[] frame) {
    if (end == frames.length) {
      frames = Arrays.copyOf(frames, 2 * end);
    }
    frames[end++] = frame;
    bytes += frame.length;
  }

  /**
   * Gives what was gathered to the flow controller.
   *
   * @return how many bytes
   */
  int submit() {
    if (ended || submitted || bytes == 0) {
      return 0;
    }
    int gathered = bytes;
    submitted = true;
    writer.windows().addFlowControlled(stream, this);
    return gathered;
  }

  /** Nothing more will be written; what was, goes before the trailers. */
  void finish() {
    var _ = submit();
    ended = true;
  }

  /**
   * The stream is gone, and so is what was on its way. What the flow controller counts it gives
   * back by {@link #error}.
   */
  void drop() {
    ended = true;
    if (!submitted) {
      clear();
    }
  }

  void roomAgain() {
    if (!ended) {
      roomAgain.run();
    }
  }

  @Override
  public int size() {
    return bytes;
  }

  @Override
  public void write(ChannelHandlerContext context, int allowed) {
    if (stream.isResetSent()) {
      // Takes it out of the flow controller without a byte off the windows.
      throw new IllegalStateException("the stream was reset");
    }
    int left = Math.min(allowed, bytes);
    while (left > 0) {
      int length = Math.min(left, MergedWriter.FRAME_BYTES_MAX);
      copy(writer.data(stream.id(), length), length);
      left -= length;
    }
  }

  private void copy(ByteBuf to, int length) {
    bytes -= length;
    int left = length;
    while (left > 0) {
      byte[] frame = frames[first];
      int part = Math.min(left, frame.length - firstSent);
      to.writeBytes(frame, firstSent, part);
      left -= part;
      firstSent += part;
      if (firstSent == frame.length) {
        frames[first++] = null;
        firstSent = 0;
      }
    }
  }

  @Override
  public void writeComplete() {
    clear();
    submitted = false;
    if (refused) {
      refused = false;
      writer.roomy(this);
    }
  }

  @Override
  public void error(ChannelHandlerContext context, Throwable cause) {
    submitted = false;
    drop();
  }

  private void clear() {
    if (frames.length > FRAMES_KEPT) {
      frames = new byte[1][];
    } else {
      Arrays.fill(frames, null);
    }
    first = 0;
    end = 0;
    firstSent = 0;
    bytes = 0;
  }

  @Override
  public boolean merge(ChannelHandlerContext context, FlowControlled next) {
    if (next instanceof Addition addition) {
      add(addition.frame);
      return true;
    }
    return false;
  }

  /**
   * A frame for what the flow controller has already, and merges it with: it counts the bytes of
   * both.
   */
  private static final class Addition implements FlowControlled {
    private final byte[] frame;

    Addition(byte[] frame) {
      this.frame = frame;
    }

    @Override
    public int size() {
      return frame.length;
    }

    @Override
    public void error(ChannelHandlerContext context, Throwable cause) {}

    @Override
    public void writeComplete() {}

    @Override
    public void write(ChannelHandlerContext context, int allowed) {
      throw new IllegalStateException("an addition is merged before it is written");
    }

    @Override
    public boolean merge(ChannelHandlerContext context, FlowControlled next) {
      return false;
    }
  }
}
