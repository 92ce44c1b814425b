package io.lockstep.chainlog;

/**
 * How much that is ahead of a partition's chain is borne before it is followed anew. Following it
 * anew helps when records were lost, or the place to begin was wrong. When it ends where it had
 * ended before, neither is so, and what is ahead is a stranger's: then twice as much is borne the
 * next time, so that a stranger costs a bounded effort and cannot silence the partition.
 */
public final class Ahead {
  private static final int FACTOR_MAX = 1 << 16;

  private long stuckBehind = Long.MIN_VALUE;
  private int factor = 1;

  /**
   * The partition could not be followed any further.
   *
   * @param source of the newest record that was accepted
   */
  public void stuck(long source) {
    factor = source > stuckBehind ? 1 : Math.min(2 * factor, FACTOR_MAX);
    stuckBehind = Math.max(source, stuckBehind);
  }

  /** True when it was stuck there before and nothing has been accepted beyond since. */
  public boolean isWhereItWasStuck(long source) {
    return source <= stuckBehind;
  }

  /** Records in a row. */
  public int recordsMax() {
    return Math.toIntExact(Math.min((long) factor * ChainFollower.AHEAD_MAX, Integer.MAX_VALUE));
  }

  /** How many times as long as usual. */
  public int factor() {
    return factor;
  }
}
