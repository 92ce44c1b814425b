package io.lockstep.mls;

/**
 * How many zero bytes a PrivateMessage carries behind its content, so that its length says less
 * about it (RFC 9420 section 6.3.1). Lengths are in bytes, of content and signature together;
 * receivers need not know the policy. A PublicMessage has no padding.
 */
public sealed interface Padding {
  /** Up to this a multiple may be. */
  int MULTIPLE_MAX = 1 << 20;

  /** The length is what it is. */
  static Padding none() {
    return new None();
  }

  /** Every length is rounded up to a multiple of {@code bytes}, 1 to {@link #MULTIPLE_MAX}. */
  static Padding toMultipleOf(int bytes) {
    return new Multiple(bytes);
  }

  /**
   * Padmé: a length gives away O(log log n) bits instead of O(log n), for at most 12 percent more
   * bytes. From "Reducing Metadata Leakage from Encrypted Files and Communication with PURBs"
   * (Nikitin, Barman, Lueks, Underwood, Hubaux, Ford; PETS 2019).
   */
  static Padding padme() {
    return new Padme();
  }

  /** The length that {@code length} bytes have with their padding: never less. */
  int paddedLength(int length);

  /** {@link #none}. */
  record None() implements Padding {
    @Override
    public int paddedLength(int length) {
      return length;
    }
  }

  /** {@link #toMultipleOf}. */
  record Multiple(int bytes) implements Padding {
    public Multiple {
      if (bytes < 1 || bytes > MULTIPLE_MAX) {
        throw new IllegalArgumentException("padding to a multiple of " + bytes);
      }
    }

    @Override
    public int paddedLength(int length) {
      return Math.multiplyExact(Math.ceilDiv(length, bytes), bytes);
    }
  }

  /** {@link #padme}. */
  record Padme() implements Padding {
    @Override
    public int paddedLength(int length) {
      if (length < 2) {
        return length;
      }
      int exponent = floorLog2(length);
      int bitsThatStay = floorLog2(exponent) + 1;
      int mask = (1 << Math.max(0, exponent - bitsThatStay)) - 1;
      return Math.addExact(length, mask) & ~mask;
    }

    private static int floorLog2(int value) {
      return value == 0 ? 0 : Integer.SIZE - 1 - Integer.numberOfLeadingZeros(value);
    }
  }
}
