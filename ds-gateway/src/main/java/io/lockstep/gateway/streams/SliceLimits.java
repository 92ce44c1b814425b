package io.lockstep.gateway.streams;

/**
 * How the entries of one stream that many connections follow share the loop with all else.
 *
 * @param rowsMax connections that are served at once, without slices
 * @param entriesMax entries that a round takes with it; the others wait for the next one
 * @param deliveriesMax deliveries of a slice; its last connection may go beyond it
 */
public record SliceLimits(int rowsMax, int entriesMax, int deliveriesMax) {
  /** A slice of one or two milliseconds. */
  public static final SliceLimits DEFAULT = new SliceLimits(32, 16, 8_192);

  public SliceLimits {
    if (rowsMax < 0 || entriesMax < 1 || deliveriesMax < 1) {
      throw new IllegalArgumentException("limits must be positive: " + entriesMax);
    }
  }
}
