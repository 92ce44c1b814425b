package io.lockstep.deploy.bench;

import java.lang.management.ManagementFactory;

/** How much memory live objects take. */
final class Heap {
  /** One may leave what finalization and weak references still hold. */
  private static final int COLLECTIONS = 3;

  private Heap() {}

  /** In bytes, after full collections. */
  static long used() {
    for (int i = 0; i < COLLECTIONS; i++) {
      System.gc();
    }
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  static double megabytes(long bytes, int shares) {
    return bytes / (double) shares / (1 << 20);
  }
}
