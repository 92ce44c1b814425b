package io.lockstep.mls;

/**
 * How much disorder and delay a client puts up with (RFC 9420 section 15.3). The more, the longer
 * keys live that an attacker could find. Not part of the group: each client has its own, and may
 * change it with any call.
 *
 * @param generationsAhead how far a message may lie ahead of the next expected one of its sender;
 *     further ahead it is {@link MlsException.TooFarAhead}, before anything is derived
 * @param skippedKeys how many keys of messages that did not come yet are kept for each sender and
 *     kind of content; the oldest go first
 * @param pastEpochs for how many epochs application messages can be read after the next one began;
 *     a smaller number takes effect with the next Commit
 */
public record ReceiveWindow(int generationsAhead, int skippedKeys, int pastEpochs) {
  /** Bounds what one message can cost: three key derivations per generation. */
  public static final int GENERATIONS_AHEAD_MAX = 65_536;

  /** Bounds what a sender can make us keep: some 100 bytes per key. */
  public static final int SKIPPED_KEYS_MAX = 65_536;

  /** Bounds what is kept of epochs that are over. */
  public static final int PAST_EPOCHS_MAX = 64;

  public static final ReceiveWindow DEFAULT = new ReceiveWindow(1_000, 1_000, 5);

  public ReceiveWindow {
    requireWithin("generationsAhead", generationsAhead, GENERATIONS_AHEAD_MAX);
    requireWithin("skippedKeys", skippedKeys, SKIPPED_KEYS_MAX);
    requireWithin("pastEpochs", pastEpochs, PAST_EPOCHS_MAX);
  }

  private static void requireWithin(String name, int value, int max) {
    if (value < 0 || value > max) {
      throw new IllegalArgumentException(name + " is " + value + ", may be 0 to " + max);
    }
  }
}
