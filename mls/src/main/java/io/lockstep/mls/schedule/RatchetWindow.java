package io.lockstep.mls.schedule;

/**
 * How much disorder a receiver puts up with, per sender and kind of content (RFC 9420 section
 * 15.3).
 *
 * @param aheadMax how many generations a message may lie ahead of the next expected one
 * @param skippedMax how many keys of generations that did not arrive yet are kept; the oldest go
 *     first
 */
public record RatchetWindow(int aheadMax, int skippedMax) {
  public static final RatchetWindow DEFAULT = new RatchetWindow(1_000, 1_000);

  public RatchetWindow {
    if (aheadMax < 0 || skippedMax < 0) {
      throw new IllegalArgumentException("a window cannot be negative");
    }
  }
}
