package io.lockstep.chainlog;

/**
 * This process does not own the partition, or is still restoring it. Ask the owner that the newest
 * watermark names.
 */
public final class NotOwner extends Exception {
  private static final long serialVersionUID = 1L;

  public NotOwner(LogName log, int partition) {
    super("not the owner of partition " + partition + " of " + log);
  }
}
