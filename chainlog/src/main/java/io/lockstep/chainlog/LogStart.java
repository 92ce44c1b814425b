package io.lockstep.chainlog;

/**
 * Where to begin to follow a partition.
 *
 * @param position the first record that is part of the log continues the chain from here
 * @param logBegin offset of the first record that the log still has
 */
public record LogStart(ChainPosition position, long logBegin) {
  /** At the first record of a log that is whole. */
  public static final LogStart START = new LogStart(ChainPosition.START, 0);

  /** True when entries between the log's first one and this place are left out. */
  public boolean isAfterBegin() {
    return logBegin > 0;
  }

  public ChainFollower follower() {
    return ChainFollower.from(position, logBegin);
  }

  /** See {@link ChainFollower#from(ChainPosition, long, int)}. */
  public ChainFollower follower(int aheadMax) {
    return ChainFollower.from(position, logBegin, aheadMax);
  }
}
