package io.lockstep.chainlog.kafka;

import java.io.IOException;
import java.io.OutputStream;

/**
 * Ends a process when its input does. Whoever started it holds the other end, so it is not left
 * behind when a test is killed.
 */
final class ParentWatch {
  private ParentWatch() {}

  static void begin() {
    Thread.ofPlatform().daemon().name("parent-watch").start(ParentWatch::untilTheEnd);
  }

  private static void untilTheEnd() {
    try {
      var _ = System.in.transferTo(OutputStream.nullOutputStream());
    } catch (IOException e) {
      // Then nobody is there either.
    }
    Runtime.getRuntime().halt(0);
  }
}
