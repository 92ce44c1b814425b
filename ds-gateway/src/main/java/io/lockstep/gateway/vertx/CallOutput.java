package io.lockstep.gateway.vertx;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2RemoteFlowController.FlowControlled;
import io.netty.handler.codec.http2.Http2Stream;
import java.util.Arrays;

/**
 * What is on its way to one Connect call: references to frames that it shares with other calls,
 * never copies. Of what was gathered in a turn the flow controller is given as much as the windows
 * have room for, or one byte to be called back when they open: it takes what waits in it for the
 * connection's, and a reader that stalls would hold up the others on its connection. The rest of
 * the log waits at the call's cursor.
 */
final class CallOutput implements FlowControlled, Output {
  /** Gathered for one call in a turn; the last frame may go beyond it. */
  static final int GATHERED_BYTES_MAX = 64 << 10;

  /** An array that grew beyond it is not kept. */
  private static final int FRAMES_KEPT = 4;

  private final MergedWriter writer;
  private final Http2Stream stream;
  private final Runnable roomAgain;
  private final int place;
  private byte[][] frames = new byte[1][];
  private int first;
  private int end;
  private int firstSent;
  private int bytes;

  /** How many of the bytes the flow controller has. */
  private int share;

  private boolean submitted;
  private boolean refused;
  private boolean ended;

  CallOutput(MergedWriter writer, Http2Stream stream, Runnable roomAgain) {
    this.writer = writer;
    this.stream = stream;
    this.roomAgain = roomAgain;
    this.place = writer.places().add(this, stream.id());
  }

  @Override
  public int place() {
    return place;
  }

  Http2Stream stream() {
    return stream;
  }

  /** Whether nothing waits here, and nobody waits for room. */
  boolean idle() {
    return bytes == 0 && !submitted && !refused && !ended;
  }

  @Override
  public MergedWriter line() {
    return writer;
  }

  /**
   * Whether more should be handed over: nothing waits for a window, and the windows have room for
   * more than was gathered. If not, it is told when to ask again.
   */
  @Override
  public boolean ready() {
    giveBack();
    boolean ready =
        !submitted && (bytes == 0 || bytes < Math.min(GATHERED_BYTES_MAX, windowBytes()));
    refused |= !ready;
    return ready;
  }

  private int windowBytes() {
    return Math.min(writer.windows().windowSize(stream), writer.connectionWindowBytes());
  }

  @Override
  public void write(byte[] frame) {
    if (ended) {
      return;
    }
    if (bytes == 0) {
      giveBack();
      writer.fresh(this);
    }
    add(frame);
  }

  private void giveBack() {
    if (!ended) {
      writer.places().giveBack(place);
    }
  }

  private void leave() {
    if (!ended) {
      ended = true;
      writer.places().remove(place);
    }
  }

  private void add(byte[] frame) {
    if (end == frames.length && first > 0) {
      System.arraycopy(frames, first, frames, 0, end - first);
      Arrays.fill(frames, end - first, end, null);
      end -= first;
      first = 0;
    } else if (end == frames.length) {
      frames = Arrays.copyOf(frames, 2 * end);
    }
    frames[end++] = frame;
    bytes += frame.length;
  }

  /**
   * Gives the flow controller what the windows have room for.
   *
   * @return how many bytes
   */
  int submit() {
    if (ended || submitted || bytes == 0) {
      return 0;
    }
    submit(Math.min(bytes, Math.max(1, windowBytes())));
    return share;
  }

  private void submit(int count) {
    share = count;
    submitted = true;
    writer.windows().addFlowControlled(stream, this);
  }

  @Override
  public void finish() {
    if (!ended && submitted) {
      writer.windows().addFlowControlled(stream, new Rest());
    } else if (!ended && bytes > 0) {
      submit(bytes);
    }
    leave();
  }

  /**
   * The stream is gone, and so is what was on its way. What the flow controller counts it gives
   * back by {@link #error}.
   */
  @Override
  public void drop() {
    leave();
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
    return share;
  }

  /** Bytes that are on their way. */
  int waiting() {
    return bytes;
  }

  @Override
  public void write(ChannelHandlerContext context, int allowed) {
    if (stream.isResetSent()) {
      // Takes it out of the flow controller without a byte off the windows.
      throw new IllegalStateException("the stream was reset");
    }
    int left = Math.min(allowed, share);
    while (left > 0) {
      int length = Math.min(left, MergedWriter.FRAME_BYTES_MAX);
      copy(writer.data(stream.id(), length), length);
      left -= length;
    }
  }

  private void copy(ByteBuf to, int length) {
    bytes -= length;
    share -= length;
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
    submitted = false;
    if (bytes > 0) {
      writer.fresh(this);
    } else {
      clear();
    }
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
    share = 0;
  }

  @Override
  public boolean merge(ChannelHandlerContext context, FlowControlled next) {
    if (next instanceof Rest) {
      share = bytes;
      return true;
    }
    return false;
  }

  /** Makes the share that the flow controller has the whole: it merges the two. */
  private static final class Rest implements FlowControlled {
    @Override
    public int size() {
      return 0;
    }

    @Override
    public void error(ChannelHandlerContext context, Throwable cause) {}

    @Override
    public void writeComplete() {}

    @Override
    public void write(ChannelHandlerContext context, int allowed) {}

    @Override
    public boolean merge(ChannelHandlerContext context, FlowControlled next) {
      return false;
    }
  }
}
