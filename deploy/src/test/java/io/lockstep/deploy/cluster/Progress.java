package io.lockstep.deploy.cluster;

import java.time.Duration;
import java.util.Arrays;

/**
 * When something was acknowledged, for each group, and the longest time without it. Shared by all
 * clients.
 */
final class Progress {
  private final long[] last;
  private final long[] longest;
  private final long[] count;
  private long lastOfAny;
  private long longestOfAny;

  Progress(int groups) {
    last = new long[groups];
    longest = new long[groups];
    count = new long[groups];
    begin();
  }

  /**
   * @param ofOneGroup longest time in which a group had no acknowledgement; the worst group's
   * @param ofAny longest time in which nobody had one
   */
  record Stalls(Duration ofOneGroup, Duration ofAny, long acknowledged) {}

  /** Forgets what was. */
  synchronized void begin() {
    long now = System.nanoTime();
    Arrays.fill(last, now);
    Arrays.fill(longest, 0);
    Arrays.fill(count, 0);
    lastOfAny = now;
    longestOfAny = 0;
  }

  synchronized void acknowledged(int group) {
    look(group, System.nanoTime());
    count[group]++;
  }

  private void look(int group, long now) {
    longest[group] = Math.max(longest[group], now - last[group]);
    last[group] = now;
    longestOfAny = Math.max(longestOfAny, now - lastOfAny);
    lastOfAny = now;
  }

  synchronized Stalls end() {
    long now = System.nanoTime();
    long worst = 0;
    for (int group = 0; group < last.length; group++) {
      worst = Math.max(worst, Math.max(longest[group], now - last[group]));
    }
    return new Stalls(
        Duration.ofNanos(worst),
        Duration.ofNanos(Math.max(longestOfAny, now - lastOfAny)),
        Arrays.stream(count).sum());
  }
}
