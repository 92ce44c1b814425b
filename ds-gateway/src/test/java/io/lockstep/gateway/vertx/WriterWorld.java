package io.lockstep.gateway.vertx;

import io.lockstep.gateway.log.Delivery;
import io.lockstep.gateway.meter.GatewayMeter;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.EventLoop;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.Http2Settings;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.net.impl.ConnectionBase;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A server which answers "/standard" through the API of Vert.x and "/merged" and "/together"
 * through {@link MergedWriter}, with the same frames on each stream, and then trailers. Calls to
 * "/together" on one connection are handed a frame at once, wherever they are equally far.
 */
final class WriterWorld implements AutoCloseable {
  /** Each frame with such an index is one that must be taken, ready or not: a control message. */
  private static final int CONTROL_EVERY = 7;

  final UnpooledByteBufAllocator memory = new UnpooledByteBufAllocator(true);
  final Map<Integer, CallOutput> outputs = new ConcurrentHashMap<>();
  private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
  private final List<byte[]> frames;
  private final List<Call> calls = new ArrayList<>();

  /** So many frames are there already. */
  volatile int there;

  /** Frames that were handed to calls together. */
  final AtomicInteger together = new AtomicInteger();

  private final HttpServer server;
  private Turns turns;
  private EventLoop loop;

  /**
   * @param frames of every stream
   */
  WriterWorld(List<byte[]> frames) throws Exception {
    this.frames = frames;
    this.there = frames.size();
    server =
        vertx
            .createHttpServer(
                new HttpServerOptions()
                    .setHost("127.0.0.1")
                    .setPort(0)
                    .setInitialSettings(new Http2Settings().setMaxConcurrentStreams(1_000)))
            .connectionHandler(
                connection -> ((ConnectionBase) connection).channel().config().setAllocator(memory))
            .requestHandler(this::take);
    var _ = server.listen().await(30, TimeUnit.SECONDS);
  }

  int port() {
    return server.actualPort();
  }

  private void take(HttpServerRequest request) {
    if (turns == null) {
      loop = ((ContextInternal) vertx.getOrCreateContext()).nettyEventLoop();
      turns = new Turns(loop);
    }
    if (request.path().equals("/standard")) {
      request.response().putTrailer("grpc-status", "0");
      var _ = request.response().writeHead();
      for (byte[] frame : frames) {
        var _ = request.response().write(Buffer.buffer(frame));
      }
      var _ = request.response().end();
    } else {
      Call call = new Call(request, request.path().equals("/together"));
      calls.add(call);
      call.look();
    }
  }

  /** Lets every call look again, in the middle of whatever the loop does. */
  void nudge() {
    loop.execute(() -> calls.forEach(Call::look));
  }

  /** The same, and comes back when they have. */
  void nudgeAndWait() throws InterruptedException {
    var _ = loop.submit(() -> calls.forEach(Call::look)).sync();
  }

  /** A frame to every call, whether it has room or not. */
  void tell(byte[] frame) {
    loop.execute(() -> calls.forEach(call -> call.output.write(frame)));
  }

  private final class Call {
    private final HttpServerRequest request;
    private final boolean withOthers;
    private final MergedWriter writer;
    private final CallOutput output;
    private int cursor;
    private boolean over;

    Call(HttpServerRequest request, boolean withOthers) {
      this.request = request;
      this.withOthers = withOthers;
      writer = MergedWriter.of(request.connection(), turns, GatewayMeter.NONE);
      output = writer.output(request.response().streamId(), this::look);
      outputs.put(request.response().streamId(), output);
      request.response().putTrailer("grpc-status", "0");
      request.response().exceptionHandler(failure -> gone());
      request.response().closeHandler(closed -> gone());
      var _ = request.response().writeHead();
    }

    private void gone() {
      over = true;
      output.drop();
    }

    private void look() {
      if (withOthers) {
        for (int at = 0; at < there; at++) {
          goTogether(writer, at);
        }
        writer.flush();
      }
      go();
    }

    private void go() {
      while (!over
          && cursor < there
          && (cursor % CONTROL_EVERY == CONTROL_EVERY - 1 || output.ready())) {
        output.write(frames.get(cursor++));
      }
      if (!over && cursor == frames.size()) {
        over = true;
        output.finish();
        var _ = request.response().end();
      }
    }
  }

  private void goTogether(MergedWriter writer, int at) {
    List<Call> equal =
        calls.stream()
            .filter(call -> call.withOthers && call.writer == writer)
            .filter(call -> !call.over && call.cursor == at)
            .toList();
    Set<Call> refused = new HashSet<>();
    writer.deliver(
        new Delivery(frames.get(at)),
        equal.stream().mapToInt(call -> call.output.place()).toArray(),
        equal.size(),
        index -> refused.add(equal.get(index)));
    for (Call call : equal) {
      if (!refused.contains(call)) {
        call.cursor++;
        together.incrementAndGet();
      }
    }
  }

  @Override
  public void close() {
    try {
      var _ = vertx.close().await(30, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new IllegalStateException("the server does not end", e);
    }
  }
}
