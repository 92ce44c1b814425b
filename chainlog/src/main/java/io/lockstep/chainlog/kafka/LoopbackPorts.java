package io.lockstep.chainlog.kafka;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Ports on loopback for servers that have to know theirs before they open it, as a Kafka broker
 * does. They lie below those that a system takes for outgoing connections (Linux from 32768 on,
 * others from 49152): a port that the system itself proposes as free may be the local end of a
 * connection of any process by the time that the server opens it.
 */
public final class LoopbackPorts {
  static final int FIRST = 20_000;
  static final int LAST = 32_767;

  /** Anywhere, so that processes that start at the same time do not choose the same ones. */
  private static final AtomicInteger NEXT =
      new AtomicInteger(ThreadLocalRandom.current().nextInt(LAST - FIRST + 1));

  private LoopbackPorts() {}

  /**
   * One that nobody listens on and that this process was not given before.
   *
   * @throws UncheckedIOException when all of them are in use
   */
  public static int free() {
    int count = LAST - FIRST + 1;
    for (int i = 0; i < count; i++) {
      int port = FIRST + Math.floorMod(NEXT.getAndIncrement(), count);
      if (isFree(port)) {
        return port;
      }
    }
    throw new UncheckedIOException(
        new BindException("all ports from " + FIRST + " to " + LAST + " are in use"));
  }

  static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      return true;
    } catch (IOException inUse) {
      return false;
    }
  }
}
