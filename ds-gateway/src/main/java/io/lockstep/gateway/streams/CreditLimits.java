package io.lockstep.gateway.streams;

/**
 * How much a client may have been given of one stream without having acknowledged it.
 *
 * @param entriesMax deliveries
 * @param bytesMax bytes of their frames; the delivery that uses up the last of them may be larger
 */
public record CreditLimits(int entriesMax, int bytesMax) {
  public static final CreditLimits DEFAULT = new CreditLimits(256, 1 << 20);

  public CreditLimits {
    if (entriesMax < 2 || bytesMax < 2) {
      throw new IllegalArgumentException(
          "a client acknowledges each half of its credit, so it must be 2 at least");
    }
  }
}
