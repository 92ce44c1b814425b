package io.lockstep.gateway.streams;

/**
 * Limits of one event loop's fan-out.
 *
 * @param streamsPerClientMax attached or being attached
 * @param feedEntriesMax newest entries kept in memory for each stream that has subscribers
 * @param feedBytesMax the same in bytes
 * @param allFeedsBytesMax bytes of all streams' entries together
 * @param pageEntriesMax entries of one read from history
 * @param pageBytesMax bytes of one read from history
 * @param readsPerClientMax streams of a client that may read history at the same time: bounds the
 *     memory that a client can hold
 * @param stepsPerPassMax deliveries to a client before the loop does something else
 * @param slices how a stream that many follow shares the loop with all else
 * @param credit what a client may leave unacknowledged of each stream
 * @param graceMillis how long a group's stream goes on without the pass of its newest epoch
 */
public record FanoutLimits(
    int streamsPerClientMax,
    int feedEntriesMax,
    int feedBytesMax,
    long allFeedsBytesMax,
    int pageEntriesMax,
    int pageBytesMax,
    int readsPerClientMax,
    int stepsPerPassMax,
    SliceLimits slices,
    CreditLimits credit,
    long graceMillis) {
  public static final FanoutLimits DEFAULT =
      new FanoutLimits(
          1_000,
          512,
          1 << 20,
          128L << 20,
          128,
          512 << 10,
          4,
          256,
          SliceLimits.DEFAULT,
          CreditLimits.DEFAULT,
          60_000);

  public FanoutLimits {
    if (streamsPerClientMax < 1
        || feedEntriesMax < 1
        || feedBytesMax < 1
        || allFeedsBytesMax < feedBytesMax
        || pageEntriesMax < 1
        || pageBytesMax < 1
        || readsPerClientMax < 1
        || stepsPerPassMax < 1
        || graceMillis < 2) {
      throw new IllegalArgumentException("limits must be positive, and fit each other: " + this);
    }
  }

  public FanoutLimits withGraceMillis(long millis) {
    return new FanoutLimits(
        streamsPerClientMax,
        feedEntriesMax,
        feedBytesMax,
        allFeedsBytesMax,
        pageEntriesMax,
        pageBytesMax,
        readsPerClientMax,
        stepsPerPassMax,
        slices,
        credit,
        millis);
  }

  public FanoutLimits withCredit(CreditLimits other) {
    return new FanoutLimits(
        streamsPerClientMax,
        feedEntriesMax,
        feedBytesMax,
        allFeedsBytesMax,
        pageEntriesMax,
        pageBytesMax,
        readsPerClientMax,
        stepsPerPassMax,
        slices,
        other,
        graceMillis);
  }
}
