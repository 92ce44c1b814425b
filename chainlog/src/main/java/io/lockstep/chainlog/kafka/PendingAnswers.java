package io.lockstep.chainlog.kafka;

import io.lockstep.chainlog.LogEntry;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/**
 * Submissions of one partition that wait for their entries. An entry may be read before Kafka has
 * told the offset of its submission, so while sends are open the entries that nobody waits for are
 * kept aside. Thread-safe.
 */
final class PendingAnswers<E> {
  private final Map<Long, CompletableFuture<LogEntry<E>>> waiting = new HashMap<>();
  private final TreeMap<Long, LogEntry<E>> early = new TreeMap<>();
  private int openSends;

  synchronized void sending() {
    openSends++;
  }

  /**
   * The submission is written at this offset. Acknowledgements come in the order of the offsets, as
   * the producer is idempotent.
   */
  void sent(long source, CompletableFuture<LogEntry<E>> answer) {
    LogEntry<E> there;
    synchronized (this) {
      openSends--;
      there = early.remove(source);
      if (there == null) {
        waiting.put(source, answer);
      }
      forgetEarly(source);
    }
    if (there != null) {
      answer.complete(there);
    }
  }

  synchronized void notSent() {
    openSends--;
    forgetEarly(-1);
  }

  void entry(LogEntry<E> entry) {
    CompletableFuture<LogEntry<E>> answer;
    synchronized (this) {
      answer = waiting.remove(entry.source());
      if (answer == null && openSends > 0) {
        early.put(entry.source(), entry);
      }
    }
    if (answer != null) {
      answer.complete(entry);
    }
  }

  synchronized void giveUp(long source) {
    waiting.remove(source);
  }

  private void forgetEarly(long upTo) {
    if (openSends == 0) {
      early.clear();
    } else {
      early.headMap(upTo, true).clear();
    }
  }
}
