package io.lockstep.chainlog;

/**
 * How far a partition's chain has been followed.
 *
 * @param logOffset offset of the newest accepted log record; -1 for none
 * @param head of the chain there
 * @param source submission offset that this record answers; -1 for none
 * @param foldVersion in force after it
 */
public record ChainPosition(long logOffset, ChainHead head, long source, int foldVersion) {
  /** Before the first record. */
  public static final ChainPosition START = new ChainPosition(-1, ChainHead.ZERO, -1, 1);
}
