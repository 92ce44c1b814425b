package io.lockstep.gateway.streams;

/**
 * What one stream of one client may still be given before the client says that it has stored some
 * of it. Deliveries are consecutive, so an acknowledgement is a sequence number.
 */
final class Credit {
  private static final int[] NONE = {};
  private static final int SIZES_FIRST = 16;

  private final CreditLimits limits;

  /** Bytes of the unacknowledged deliveries, a ring: the oldest is at {@link #oldest}. */
  private int[] sizes = NONE;

  private int oldest;
  private int entries;
  private long bytes;
  private long newest;
  private long nameable;

  /**
   * @param newest sequence number up to which the client has everything
   * @param nameable up to which it may acknowledge; more than {@code newest} when an earlier
   *     attachment of the same call delivered more
   */
  Credit(CreditLimits limits, long newest, long nameable) {
    this.limits = limits;
    this.newest = newest;
    this.nameable = Math.max(newest, nameable);
  }

  /** Whether another delivery may be made; it may be larger than what is left of the bytes. */
  boolean left() {
    return entries < limits.entriesMax() && bytes < limits.bytesMax();
  }

  /** How many deliveries may be made before there must be a look at {@link #left}. */
  int entriesLeft() {
    return limits.entriesMax() - entries;
  }

  /** How many bytes may be delivered before there must be a look at {@link #left}. */
  long bytesLeft() {
    return limits.bytesMax() - bytes;
  }

  /** The entry after the last one was delivered. */
  void delivered(int size) {
    if (entries == sizes.length) {
      grow();
    }
    sizes[(oldest + entries) & (sizes.length - 1)] = size;
    entries++;
    bytes += size;
    newest++;
    nameable = Math.max(nameable, newest);
  }

  /** Deliveries go on after this one; there is nothing to acknowledge before it. */
  void jump(long sequence) {
    sizes = NONE;
    oldest = 0;
    entries = 0;
    bytes = 0;
    newest = sequence;
    nameable = Math.max(nameable, sequence);
  }

  /**
   * The client has everything up to here.
   *
   * @return false when it names what was never delivered
   */
  boolean acknowledged(long sequence) {
    if (Long.compareUnsigned(sequence, nameable) > 0) {
      return false;
    }
    while (entries > 0 && newest - entries < sequence) {
      bytes -= sizes[oldest];
      oldest = (oldest + 1) & (sizes.length - 1);
      entries--;
    }
    if (entries == 0) {
      sizes = sizes.length > SIZES_FIRST ? NONE : sizes;
      oldest = 0;
    }
    return true;
  }

  /** Up to where the client may acknowledge. */
  long nameable() {
    return nameable;
  }

  int entries() {
    return entries;
  }

  long bytes() {
    return bytes;
  }

  private void grow() {
    int[] larger = new int[sizes.length == 0 ? SIZES_FIRST : sizes.length * 2];
    for (int i = 0; i < entries; i++) {
      larger[i] = sizes[(oldest + i) & (sizes.length - 1)];
    }
    sizes = larger;
    oldest = 0;
  }
}
