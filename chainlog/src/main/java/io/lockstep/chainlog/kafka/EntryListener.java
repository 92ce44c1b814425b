package io.lockstep.chainlog.kafka;

import io.lockstep.chainlog.LogEntry;

/**
 * Hears of entries that are part of the log, in order per partition. Called on the reader's thread,
 * so it must not block.
 */
@FunctionalInterface
public interface EntryListener<E> {
  void onEntry(LogEntry<E> entry);

  /**
   * After a run of entries: everything in the log up to this offset was judged. A good moment to
   * flush.
   */
  default void onProgress(int partition, long logOffset) {}

  /**
   * The reader begins again at an older position of this partition: entries may come a second time.
   */
  default void onRestart(int partition) {}
}
