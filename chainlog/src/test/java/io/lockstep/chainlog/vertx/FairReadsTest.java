package io.lockstep.chainlog.vertx;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ChannelOutputShutdownEvent;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What connections say is dealt with in pieces, and a loop is never busy with it for long. */
class FairReadsTest {
  private static final long COST_NANOS = TimeUnit.MICROSECONDS.toNanos(500);
  private static final int ROUNDS_MAX = 1_000;

  private long now;
  private ReadTurns turns;

  /** Each piece takes half a millisecond. */
  private final class Slow extends ChannelInboundHandlerAdapter {
    private final ByteArrayOutputStream came = new ByteArrayOutputStream();
    private int pieces;
    private boolean closes;

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      now += COST_NANOS;
      pieces++;
      ByteBuf bytes = (ByteBuf) message;
      byte[] copy = new byte[bytes.readableBytes()];
      bytes.readBytes(copy);
      bytes.release();
      came.writeBytes(copy);
      if (closes) {
        var _ = context.close();
      }
    }
  }

  private EmbeddedChannel channel(Slow handler) {
    return new EmbeddedChannel(
        new FairReads(
            loop -> {
              if (turns == null) {
                turns = new ReadTurns(loop, () -> now);
              }
              return turns;
            }),
        handler);
  }

  private static byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = (byte) (i * 31 + i / 256);
    }
    return bytes;
  }

  @Test
  void whatIsLittleGoesThroughAtOnce() {
    Slow handler = new Slow();
    EmbeddedChannel channel = channel(handler);
    assertFalse(channel.writeInbound(Unpooled.wrappedBuffer(bytes(4_000))));
    assertEquals(1, handler.pieces);
    assertTrue(channel.config().isAutoRead());
    assertFalse(channel.finish());
  }

  @Test
  void whatIsMuchWaitsInOrderAndTheSocketIsNotReadMeanwhile() {
    Slow handler = new Slow();
    EmbeddedChannel channel = channel(handler);
    byte[] sent = bytes(60_000);
    // Unlike a whole turn of the channel, this runs no tasks.
    var _ = channel.pipeline().fireChannelRead(Unpooled.wrappedBuffer(sent));
    assertEquals(2, handler.pieces, "two pieces are a turn");
    assertFalse(channel.config().isAutoRead());
    var _ = channel.pipeline().fireChannelRead(Unpooled.wrappedBuffer(bytes(10)));
    runUntilReading(channel);
    byte[] expected = new byte[sent.length + 10];
    System.arraycopy(sent, 0, expected, 0, sent.length);
    System.arraycopy(bytes(10), 0, expected, sent.length, 10);
    assertArrayEquals(expected, handler.came.toByteArray());
    assertFalse(channel.finish());
  }

  @Test
  void oneThatSaysMuchLeavesTurnsToOthers() {
    Slow much = new Slow();
    EmbeddedChannel first = channel(much);
    List<Slow> few = new ArrayList<>();
    var _ = first.pipeline().fireChannelRead(Unpooled.wrappedBuffer(bytes(60_000)));
    List<EmbeddedChannel> others = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      few.add(new Slow());
      others.add(channel(few.get(i)));
      var _ = others.get(i).pipeline().fireChannelRead(Unpooled.wrappedBuffer(bytes(100)));
    }
    assertTrue(few.stream().allMatch(one -> one.pieces == 0), "the turn is over");
    runUntilReading(first);
    assertTrue(others.stream().allMatch(one -> one.config().isAutoRead()));
    assertTrue(few.stream().allMatch(one -> one.pieces == 1));
    others.forEach(one -> assertFalse(one.finish()));
    assertFalse(first.finish());
  }

  @Test
  void whatWaitsIsDroppedWithItsConnection() {
    Slow handler = new Slow();
    EmbeddedChannel channel = channel(handler);
    ByteBuf sent = Unpooled.buffer().writeBytes(bytes(60_000));
    handler.closes = true;
    var _ = channel.pipeline().fireChannelRead(sent);
    channel.runPendingTasks();
    assertEquals(0, sent.refCnt());
    assertFalse(channel.finish());
  }

  @Test
  void aConnectionWhoseOtherSideIsGoneIsClosedWhenItIsItsTurn() {
    EmbeddedChannel channel = channel(new Slow());
    var _ = channel.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
    var _ = channel.pipeline().fireUserEventTriggered(ChannelOutputShutdownEvent.INSTANCE);
    assertTrue(channel.isOpen());
    channel.runPendingTasks();
    assertFalse(channel.isOpen());
  }

  @Test
  void whoNeedsAWholeTurnHasItAlone() {
    EmbeddedChannel channel = channel(new Slow());
    List<Integer> went = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      int number = i;
      turns.await(
          () -> {
            turns.useUp();
            return went.add(number);
          });
    }
    for (int turn = 1; turn <= 3; turn++) {
      channel.runPendingTasks();
      assertEquals(turn, went.size());
    }
    assertEquals(List.of(0, 1, 2), went);
    assertFalse(channel.finish());
  }

  private static void runUntilReading(EmbeddedChannel channel) {
    for (int i = 0; i < ROUNDS_MAX && !channel.config().isAutoRead(); i++) {
      channel.runPendingTasks();
    }
    assertTrue(channel.config().isAutoRead());
  }
}
