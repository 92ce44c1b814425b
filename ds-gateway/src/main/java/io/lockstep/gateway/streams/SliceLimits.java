package io.lockstep.gateway.streams;

/**
 * How what many are concerned by shares the loop with all else: entries of a stream that many
 * connections follow, and attachments when many clients come back at once.
 *
 * @param rowsMax connections that are served at once, without slices
 * @param entriesMax entries that a round takes with it; the others wait for the next one
 * @param deliveriesMax deliveries of a slice, if others wait; its last connection may go beyond it
 * @param attachesMax attachments that begin at once
 * @param restMillis until others may
 */
public record SliceLimits(
    int rowsMax, int entriesMax, int deliveriesMax, int attachesMax, int restMillis) {
  /** A slice of about a millisecond, and 2,500 attachments a second: a fifth of the loop. */
  public static final SliceLimits DEFAULT = new SliceLimits(32, 16, 4_096, 5, 2);

  public SliceLimits {
    if (rowsMax < 0 || entriesMax < 1 || deliveriesMax < 1 || attachesMax < 1 || restMillis < 1) {
      throw new IllegalArgumentException("limits must be positive: " + this);
    }
  }
}
