package io.lockstep.client;

/**
 * What is fixed when a group is made.
 *
 * @param externalJoin whether any client may join by an external Commit; the service then holds the
 *     group's member list
 * @param pastEpochs how many epochs back the service takes an application message; 0 is its default
 */
public record GroupOptions(boolean externalJoin, int pastEpochs) {
  private static final int PAST_EPOCHS_MAX = 64;

  public GroupOptions {
    if (pastEpochs < 0 || pastEpochs > PAST_EPOCHS_MAX) {
      throw new IllegalArgumentException("pastEpochs is 0 to " + PAST_EPOCHS_MAX);
    }
  }

  /** Members come by invitation only. */
  public static GroupOptions closed() {
    return new GroupOptions(false, 0);
  }

  /** Open to external Commits, so that a device that lost its state can come back by itself. */
  public static GroupOptions open() {
    return new GroupOptions(true, 0);
  }
}
