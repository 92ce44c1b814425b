package io.lockstep.gateway.streams;

import java.util.List;
import java.util.Optional;

/**
 * What the owner knows of a stream.
 *
 * @param key of the stream
 * @param exists whether there is such a stream
 * @param sequence newest sequence number, 0 for none
 * @param epoch of a group, unsigned; 0 for an inbox
 * @param epochs the newest ones of a group, the current epoch last
 * @param foldedTo log offset up to which everything is in this answer
 */
public record Snapshot(
    String key, boolean exists, long sequence, long epoch, List<Opening> epochs, long foldedTo) {
  public Snapshot {
    epochs = List.copyOf(epochs);
  }

  Optional<Opening> openedBy(long sequence) {
    return epochs.stream().filter(opening -> opening.sequence() == sequence).findFirst();
  }

  /** The entry that ended an epoch, if it is still known here. */
  Optional<Opening> ended(long epoch) {
    return epochs.stream().filter(opening -> opening.epoch() == epoch + 1).findFirst();
  }
}
