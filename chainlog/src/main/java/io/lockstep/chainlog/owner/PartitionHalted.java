package io.lockstep.chainlog.owner;

/**
 * The owner must not go on with this partition: it does not know the fold version, or the fold
 * broke its contract. Loud and final for this process; the log is as it was.
 */
public final class PartitionHalted extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public PartitionHalted(String message) {
    super(message);
  }

  public PartitionHalted(String message, Throwable cause) {
    super(message, cause);
  }
}
