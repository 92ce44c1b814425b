package io.lockstep.gateway.vertx;

import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2RemoteFlowController;
import io.netty.handler.codec.http2.Http2Stream;
import java.util.Arrays;

/**
 * The calls on a connection with what each may be sent at once, in arrays: a pass over many calls
 * reads memory that lies side by side.
 *
 * <p>What a call may be sent is leased: the window of its stream is taken from Netty's flow
 * controller, all but a byte, and given back before anything else of the call goes through the
 * controller. Only a call of which nothing waits has a lease. On the event loop's thread only.
 */
final class Places {
  /** Netty tells Vert.x when a window is empty and when it is not any more. */
  private static final int LEFT_BYTES = 1;

  private static final int[] NONE = {};

  private final Http2RemoteFlowController windows;
  private CallOutput[] outputs = {};
  private int[] streamIds = NONE;
  private int[] leased = NONE;

  /** Places that were left, a list in the array of streams: the next one is there. */
  private int free = -1;

  private int end;
  private int initialWindow;

  Places(Http2RemoteFlowController windows) {
    this.windows = windows;
    this.initialWindow = windows.initialWindowSize();
  }

  int add(CallOutput output, int streamId) {
    int place = free;
    if (place >= 0) {
      free = streamIds[place];
    } else {
      place = end++;
      if (place == outputs.length) {
        int length = Math.max(1, 2 * place);
        outputs = Arrays.copyOf(outputs, length);
        streamIds = Arrays.copyOf(streamIds, length);
        leased = Arrays.copyOf(leased, length);
      }
    }
    outputs[place] = output;
    streamIds[place] = streamId;
    return place;
  }

  void remove(int place) {
    giveBack(place);
    outputs[place] = null;
    streamIds[place] = free;
    free = place;
  }

  int streamId(int place) {
    return streamIds[place];
  }

  /** Takes so many bytes off the window of a call, if nothing of it waits and it has them. */
  boolean take(int place, int bytes) {
    if (leased[place] < bytes && !lease(place, bytes)) {
      return false;
    }
    leased[place] -= bytes;
    return true;
  }

  private boolean lease(int place, int bytes) {
    CallOutput output = outputs[place];
    if (output == null || !output.idle()) {
      return false;
    }
    int more = windows.windowSize(output.stream()) - LEFT_BYTES;
    if (leased[place] + more < bytes) {
      return false;
    }
    change(windows, output.stream(), -more);
    leased[place] += more;
    return true;
  }

  void giveBack(int place) {
    if (leased[place] > 0) {
      change(windows, outputs[place].stream(), leased[place]);
      leased[place] = 0;
    }
  }

  /**
   * A client that makes the windows of its streams smaller (RFC 9113, 6.9.2) means what is leased
   * as well.
   */
  void heedSettings() {
    int now = windows.initialWindowSize();
    if (now != initialWindow) {
      initialWindow = now;
      for (int place = 0; place < end; place++) {
        giveBack(place);
      }
    }
  }

  static void change(Http2RemoteFlowController windows, Http2Stream stream, int bytes) {
    try {
      windows.incrementWindowSize(stream, bytes);
    } catch (Http2Exception e) {
      throw new IllegalStateException("a window cannot be what it was before", e);
    }
  }
}
