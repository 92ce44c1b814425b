package io.lockstep.chainlog.kafka;

import io.lockstep.chainlog.ChainFollower;
import io.lockstep.chainlog.ChainFollower.Accepted;
import io.lockstep.chainlog.ChainFollower.Skipped;
import io.lockstep.chainlog.ChainFollower.Stuck;
import io.lockstep.chainlog.ChainPosition;
import io.lockstep.chainlog.Fold;
import io.lockstep.chainlog.LogName;
import io.lockstep.chainlog.owner.KnownPositions;
import io.lockstep.chainlog.owner.Output;
import io.lockstep.chainlog.owner.OwnerCore;
import io.lockstep.chainlog.owner.Submission;
import io.lockstep.chainlog.owner.TakeoverRule;
import io.lockstep.chainlog.store.StreamStore;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;

/**
 * One partition that this process owns or stands by for: the core behind a lock, fed by the thread
 * that reads submissions and the one that tails the log. Neither waits for the other's polls, so a
 * submission is decided as soon as it is read. What the core wants written is sent under the lock,
 * in order.
 *
 * <p>A standby takes over by {@link TakeoverRule}, and stands down when it sees that another owner
 * writes as well. So does an owner that has become a standby: it writes on until the next owner
 * does.
 */
final class PartitionOwner<S, C, E> {
  /** More copies than late records of an owner that has gone are likely to be. */
  private static final long COPIES_MAX = 16;

  /** Of states and waiting submissions, in a process that has all partitions of a log. */
  private static final long MEMORY_BYTES = 192L << 20;

  /** Of the header that says what an entry is. */
  private static final int KIND_BYTES_MAX = 64;

  /** What a tick has led to. */
  enum Turn {
    NONE,
    TOOK_OVER,
    STOOD_DOWN
  }

  private final LogName log;
  private final int partition;
  private final StreamStore store;
  private final FailStopProducer producer;
  private final Duty duty;
  private final FoldMeter meter;
  private final ReentrantLock lock = new ReentrantLock();
  private final OwnerCore<S, C, E> core;
  private final TakeoverRule takeover;
  private final StatePublisher publisher;
  private final FoldProgress progress;
  private OptionalLong takingOverSince = OptionalLong.empty();
  private boolean tookOver;
  private long written;
  private long refolds;
  private boolean released;
  private boolean accepting;
  private volatile boolean lookingForEnd;
  private boolean lookingForKnown;
  private volatile boolean hasFolded;
  private volatile long logBegin;
  private long trimmedTo;
  private long trimmingTo;
  private Optional<String> trimmedStream = Optional.empty();

  /** Throws PartitionHalted when the stored position is of a newer fold. */
  PartitionOwner(
      Fold<S, C, E> fold,
      LogName log,
      int partition,
      int partitions,
      StreamStore store,
      long logBegin,
      FailStopProducer producer,
      StatePublisher publisher,
      Duty duty,
      Duration takeoverAfter,
      FoldMeter meter) {
    this.log = log;
    this.partition = partition;
    this.store = store;
    this.producer = producer;
    this.meter = meter;
    this.core =
        new OwnerCore<>(
            fold,
            partition,
            partitions,
            store,
            MEMORY_BYTES / partitions,
            logBegin,
            duty.recordsAheadMax());
    this.takeover = new TakeoverRule(takeoverAfter);
    this.progress = new FoldProgress(log, partition, core.position().logOffset());
    this.logBegin = logBegin;
    this.duty = duty;
    this.publisher = publisher;
    if (duty.isOwner()) {
      publisher.begin(core.position());
    } else {
      core.standBy();
    }
  }

  int partition() {
    return partition;
  }

  /** True since the log was folded to its end for the first time: what the store has is recent. */
  boolean hasFolded() {
    return hasFolded;
  }

  /** Done when the store has everything in the log up to this offset. */
  CompletableFuture<Void> folded(long offset) {
    return progress.reached(offset);
  }

  /** True when this process writes the partition's entries, whatever its role. */
  boolean mayWrite() {
    return locked(core::mayWrite);
  }

  /** An owner writes from now on; one that becomes a standby writes until it sees another do so. */
  void roleChanged() {
    locked(
        () -> {
          if (duty.isOwner()) {
            core.takeOver();
            publisher.begin(core.position());
            tookOver = false;
          }
          return null;
        });
  }

  /** To be called often; {@code now} is of {@link System#nanoTime}. */
  Turn tick(long now) {
    return locked(
        () -> {
          takeover.waits(core.waiting() > 0, now);
          if (duty.isOwner()) {
            return Turn.NONE;
          }
          if (!core.mayWrite() && core.hasFolded() && takeover.isDue(now)) {
            core.takeOver();
            publisher.begin(core.position());
            takingOverSince = OptionalLong.of(takeover.stillSince());
            tookOver = true;
            return Turn.TOOK_OVER;
          }
          if (core.isWriting() && core.copies() > COPIES_MAX) {
            core.standBy();
            publisher.end();
            if (tookOver) {
              takeover.mistaken(now);
              tookOver = false;
            }
            return Turn.STOOD_DOWN;
          }
          return Turn.NONE;
        });
  }

  /** Broker append time of the oldest submission that was read and has no entry yet. */
  OptionalLong waitingSinceMillis() {
    return locked(core::waitingSinceMillis);
  }

  long firstLogOffset() {
    return locked(core::nextLogOffset);
  }

  long nextSubmission() {
    return locked(core::nextSubmission);
  }

  /** The submission after the newest one that the log has answered. */
  long answered() {
    return locked(() -> core.position().source() + 1);
  }

  /**
   * The submission that must be read next. Records that were read before this call are not taken:
   * there may be a gap behind them.
   */
  long beginSubmissions() {
    return locked(
        () -> {
          accepting = true;
          return core.nextSubmission();
        });
  }

  long written() {
    return locked(() -> written);
  }

  long skipped() {
    return locked(core::skipped);
  }

  long refolds() {
    return locked(() -> refolds);
  }

  void readSubmissions(List<ConsumerRecord<byte[], byte[]>> records) {
    locked(
        () -> {
          if (!accepting) {
            return null;
          }
          long begun = System.nanoTime();
          for (ConsumerRecord<byte[], byte[]> r : records) {
            core.readSubmission(Submission.of(r.offset(), r.timestamp(), r.key(), r.value()));
          }
          meter.submissionsRead(partition, records.size(), System.nanoTime() - begun);
          send();
          return null;
        });
  }

  /** True when no more submissions should be read for now. */
  boolean isFull() {
    return locked(core::isFull);
  }

  /** Why the partition cannot be followed, if so. */
  Optional<String> readLog(List<ConsumerRecord<byte[], byte[]>> records, long next) {
    return locked(() -> fold(records, next));
  }

  private Optional<String> fold(List<ConsumerRecord<byte[], byte[]>> records, long next) {
    boolean wasWriting = core.isWriting();
    ChainPosition before = core.position();
    long begun = System.nanoTime();
    for (ConsumerRecord<byte[], byte[]> r : records) {
      byte[] value = r.value() == null ? new byte[0] : r.value();
      ChainFollower.Step step = core.readLog(r.offset(), value);
      if (step instanceof Stuck stuck) {
        return Optional.of(stuck.why());
      }
      measure(step, r);
    }
    core.readTo(next);
    core.endBatch();
    progress.at(core.position().logOffset());
    meter.folded(partition, records.size(), System.nanoTime() - begun);
    send();
    if (wasWriting && !core.isWriting()) {
      refolds++;
      meter.refolded(partition);
    }
    if (!core.position().equals(before)) {
      long now = System.nanoTime();
      takeover.logMoved(now);
      takingOverSince.ifPresent(since -> meter.tookOver(partition, now - since));
      takingOverSince = OptionalLong.empty();
    }
    hasFolded |= core.hasFolded();
    return Optional.empty();
  }

  /** Of what is new only, and only where this process may write: a cluster counts it once. */
  private void measure(ChainFollower.Step step, ConsumerRecord<byte[], byte[]> record) {
    if (!hasFolded || !core.mayWrite()) {
      return;
    }
    if (step instanceof Accepted) {
      Header kind = record.headers().lastHeader("kind");
      boolean some = kind != null && kind.value() != null && kind.value().length <= KIND_BYTES_MAX;
      meter.accepted(partition, some ? new String(kind.value(), StandardCharsets.UTF_8) : "");
    } else if (step instanceof Skipped skip) {
      meter.skipped(partition, skip.why());
    }
  }

  /**
   * A number that {@link #logEnd} wants back, when the log's end must be looked up and nobody does
   * already.
   */
  OptionalLong wantsLogEnd() {
    return locked(
        () -> {
          if (!core.needsLogEnd() || lookingForEnd || released) {
            return OptionalLong.empty();
          }
          lookingForEnd = true;
          return OptionalLong.of(refolds);
        });
  }

  /**
   * The answer to {@link #wantsLogEnd}; empty when the look-up failed. Ignored when a send has
   * failed since.
   */
  void logEnd(long asked, OptionalLong end) {
    locked(
        () -> {
          lookingForEnd = false;
          if (end.isPresent() && asked == refolds) {
            core.logEnd(end.getAsLong());
            send();
            hasFolded |= core.hasFolded();
          }
          return null;
        });
  }

  void sendFailed() {
    locked(
        () -> {
          refolds++;
          meter.refolded(partition);
          core.sendFailed();
          publisher.failed();
          return null;
        });
  }

  /**
   * Publishes changed states, then the watermark, as far as acknowledgements allow now. A standby
   * publishes nothing.
   *
   * @param now of {@link System#nanoTime}
   * @param isDue what has changed since the last time is to be published too
   * @return true when there is nothing left to do
   */
  boolean publish(long now, boolean isDue) {
    return locked(
        () -> {
          if (publisher.isLate(now)) {
            core.foldToEnd();
            publisher.failed();
          }
          if (released || !core.isWriting()) {
            return true;
          }
          publisher.changed(core.takeUnpublished());
          publisher.step(core.position(), logBegin, now, isDue);
          return publisher.isIdle(core.position());
        });
  }

  /** True when {@link #known} must be told, with what is looked up after now; once. */
  boolean wantsKnown() {
    return locked(
        () -> {
          boolean wants =
              !released && !lookingForKnown && core.isWriting() && publisher.needsKnown();
          lookingForKnown |= wants;
          return wants;
        });
  }

  /** The answer to {@link #wantsKnown}; empty when the look-up failed. */
  void known(Optional<KnownPositions> known) {
    locked(
        () -> {
          lookingForKnown = false;
          known.ifPresent(k -> publisher.known(k, core.position(), System.nanoTime()));
          return null;
        });
  }

  /** Offset of the first record that the log still has, as far as is known. */
  long logBegin() {
    return logBegin;
  }

  void logBegins(long offset) {
    locked(() -> logBegin = Math.max(logBegin, offset));
  }

  /**
   * Removes what the log has no more from the histories of some streams. False when there is
   * nothing to do.
   */
  boolean trim(int streamsMax) {
    return locked(
        () -> {
          if (released || trimmedTo >= logBegin) {
            return false;
          }
          if (trimmedStream.isEmpty()) {
            trimmingTo = logBegin;
          }
          trimmedStream = store.trim(partition, trimmingTo, trimmedStream, streamsMax);
          if (trimmedStream.isEmpty()) {
            trimmedTo = trimmingTo;
          }
          return true;
        });
  }

  /** From here on nothing is written any more for this partition. */
  void release() {
    locked(() -> released = true);
    progress.end();
  }

  private void send() {
    long before = written;
    for (Output output : core.takeOutputs()) {
      if (released) {
        continue;
      }
      byte[] key = output.key().getBytes(StandardCharsets.UTF_8);
      ProducerRecord<byte[], byte[]> record =
          new ProducerRecord<>(log.log(), partition, key, output.value());
      for (Map.Entry<String, String> header : output.headers().entrySet()) {
        record.headers().add(header.getKey(), header.getValue().getBytes(StandardCharsets.UTF_8));
      }
      producer.send(record);
      written++;
    }
    if (written > before) {
      meter.written(partition, Math.toIntExact(written - before));
    }
  }

  private <T> T locked(java.util.function.Supplier<T> body) {
    lock.lock();
    try {
      return body.get();
    } finally {
      lock.unlock();
    }
  }
}
