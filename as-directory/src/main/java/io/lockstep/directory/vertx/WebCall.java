package io.lockstep.directory.vertx;

import io.lockstep.chainlog.vertx.ConnectionGuard;
import io.netty.channel.Channel;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import java.time.Duration;

/**
 * One call as its connection sees it: it must be over in time, answer included, and until it is
 * whole it counts against what its connection may have on its way. On the event loop.
 */
final class WebCall {
  private final HttpServerRequest request;
  private final Channel connection;
  private final Vertx vertx;
  private final int counted;
  private long timer;
  private boolean coming = true;
  private boolean over;

  private WebCall(HttpServerRequest request, Vertx vertx) {
    this.request = request;
    this.connection = ConnectionGuard.channel(request.connection());
    this.vertx = vertx;
    this.counted = request.version() == HttpVersion.HTTP_2 ? 0 : 1;
  }

  /**
   * A call has come.
   *
   * @param overWithin then it is reset, and over HTTP/1.1 its connection is closed
   * @return false when it was reset at once: too many of the connection are not whole
   */
  static boolean begins(HttpServerRequest request, Vertx vertx, Duration overWithin) {
    WebCall call = new WebCall(request, vertx);
    boolean mayCome = ConnectionGuard.begun(call.connection);
    ConnectionGuard.calls(call.connection, call.counted);
    request.response().endHandler(ended -> call.over());
    call.timer = vertx.setTimer(overWithin.toMillis(), late -> call.reset());
    if (!mayCome) {
      call.reset();
      return false;
    }
    var _ = request.end().onComplete(whole -> call.came());
    return true;
  }

  private void reset() {
    var _ = request.response().reset();
    over();
  }

  private void came() {
    if (coming) {
      coming = false;
      ConnectionGuard.whole(connection);
    }
  }

  private void over() {
    came();
    if (!over) {
      over = true;
      var _ = vertx.cancelTimer(timer);
      ConnectionGuard.calls(connection, -counted);
    }
  }
}
