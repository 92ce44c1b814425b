package io.lockstep.chainlog.process;

import java.io.IOException;
import java.io.OutputStream;

/**
 * Ends a process when its input does. Whoever started it holds the other end, so it is not left
 * behind when that one is killed.
 */
public final class ParentWatch {
  private ParentWatch() {}

  /** For a process to which nothing is said. Returns at once. */
  public static void begin() {
    Thread.ofPlatform().daemon().name("parent-watch").start(ParentWatch::untilTheEnd);
  }

  /** The same, for one that has nothing else to do here. Does not return. */
  public static void untilTheEnd() {
    try {
      var _ = System.in.transferTo(OutputStream.nullOutputStream());
    } catch (IOException e) {
      // Then nobody is there either.
    }
    Runtime.getRuntime().halt(0);
  }
}
