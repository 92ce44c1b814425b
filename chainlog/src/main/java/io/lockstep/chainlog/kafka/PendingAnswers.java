package io.lockstep.chainlog.kafka;

import io.lockstep.chainlog.LogEntry;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SequencedSet;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;

/**
 * Submissions of one partition that wait for their entries. An entry may be read before Kafka has
 * told the offset of its submission, so while sends are open the entries that nobody waits for are
 * kept aside, a bounded number. Thread-safe.
 *
 * <p>Entries come in the order of their submissions, so whoever was passed over is told at once
 * that no answer will come.
 */
final class PendingAnswers<E> {
  static final int EARLY_MAX = 4096;
  static final int EARLY_BYTES_MAX = 4 << 20;

  private final Circuit circuit;
  private final LongSupplier nanos;
  private final SequencedSet<Pending<E>> unanswered = new LinkedHashSet<>();
  private final TreeMap<Long, Pending<E>> waiting = new TreeMap<>();
  private final TreeMap<Long, LogEntry<E>> early = new TreeMap<>();
  private long earlyBytes;
  private long newestEntry = -1;
  private int openSends;

  /** One submission. */
  static final class Pending<E> {
    final CompletableFuture<LogEntry<E>> answer = new CompletableFuture<>();
    private final long sinceNanos;
    private final boolean probe;
    private long source = -1;

    private Pending(long sinceNanos, boolean probe) {
      this.sinceNanos = sinceNanos;
      this.probe = probe;
    }

    /** It finds out whether the partition is slow still, so it should not wait long. */
    boolean isProbe() {
      return probe;
    }
  }

  PendingAnswers(Circuit circuit, LongSupplier nanos) {
    this.circuit = circuit;
    this.nanos = nanos;
  }

  /** A submission that is to be sent now; empty when none should be. */
  synchronized Optional<Pending<E>> begin() {
    long now = nanos.getAsLong();
    Circuit.Verdict verdict = circuit.ask(oldest(), now);
    if (verdict == Circuit.Verdict.REFUSE) {
      return Optional.empty();
    }
    Pending<E> pending = new Pending<>(now, verdict == Circuit.Verdict.PROBE);
    unanswered.add(pending);
    openSends++;
    return Optional.of(pending);
  }

  /**
   * The submission is written at this offset. Acknowledgements come in the order of the offsets, as
   * the producer is idempotent.
   */
  void sent(Pending<E> pending, long source) {
    LogEntry<E> there;
    boolean missed = false;
    synchronized (this) {
      openSends--;
      pending.source = source;
      there = early.get(source);
      if (there != null) {
        answered(pending);
      } else if (source <= newestEntry) {
        missed = true;
        drop(pending);
      } else if (unanswered.contains(pending)) {
        waiting.put(source, pending);
      }
      forgetEarly(source);
    }
    if (there != null) {
      pending.answer.complete(there);
    } else if (missed) {
      pending.answer.completeExceptionally(passedOver());
    }
  }

  /**
   * The submission was not written, or nobody knows.
   *
   * @param kafkaIsSlow it was not taken in time
   */
  synchronized void notSent(Pending<E> pending, boolean kafkaIsSlow) {
    openSends--;
    if (kafkaIsSlow) {
      circuit.notTaken(nanos.getAsLong());
    }
    drop(pending);
    forgetEarly(-1);
  }

  void entry(LogEntry<E> entry) {
    Pending<E> pending;
    List<Pending<E>> missed;
    synchronized (this) {
      newestEntry = entry.source();
      pending = waiting.remove(entry.source());
      var before = waiting.headMap(entry.source());
      missed = new ArrayList<>(before.values());
      before.clear();
      circuit.signOfLife(nanos.getAsLong());
      missed.forEach(this::drop);
      if (pending != null) {
        answered(pending);
      } else if (openSends > 0
          && early.size() < EARLY_MAX
          && earlyBytes + entry.bytes() <= EARLY_BYTES_MAX) {
        early.put(entry.source(), entry);
        earlyBytes += entry.bytes();
      }
    }
    if (pending != null) {
      pending.answer.complete(entry);
    }
    missed.forEach(each -> each.answer.completeExceptionally(passedOver()));
  }

  /** Nobody waits for this one any more. */
  synchronized void giveUp(Pending<E> pending) {
    if (unanswered.contains(pending)) {
      circuit.givenUp(pending.sinceNanos, nanos.getAsLong());
      drop(pending);
      waiting.remove(pending.source, pending);
    }
  }

  synchronized boolean isSlow() {
    return circuit.isOpen();
  }

  private void answered(Pending<E> pending) {
    if (unanswered.remove(pending)) {
      circuit.answered(oldest(), nanos.getAsLong());
    }
  }

  private void drop(Pending<E> pending) {
    if (unanswered.remove(pending) && pending.probe) {
      circuit.probeFailed(nanos.getAsLong());
    }
  }

  private OptionalLong oldest() {
    return unanswered.isEmpty()
        ? OptionalLong.empty()
        : OptionalLong.of(unanswered.getFirst().sinceNanos);
  }

  private void forgetEarly(long upTo) {
    if (openSends == 0) {
      early.clear();
      earlyBytes = 0;
    } else {
      var old = early.headMap(upTo, true);
      old.values().forEach(entry -> earlyBytes -= entry.bytes());
      old.clear();
    }
  }

  private static SubmissionUnknown passedOver() {
    return new SubmissionUnknown("the answer was not seen", null);
  }
}
