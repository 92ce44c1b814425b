package io.lockstep.gateway.streams;

/** Bytes that all feeds of one event loop hold together. */
final class MemoryBudget {
  private final long max;
  private long used;

  MemoryBudget(long max) {
    this.max = max;
  }

  void take(long bytes) {
    used += bytes;
  }

  void give(long bytes) {
    used -= bytes;
  }

  boolean exceeded() {
    return used > max;
  }

  long used() {
    return used;
  }
}
