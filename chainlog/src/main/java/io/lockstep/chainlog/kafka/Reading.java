package io.lockstep.chainlog.kafka;

import io.lockstep.chainlog.LogName;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the owners of one process read: the log on one thread, which also has the clock, and
 * submissions on another.
 */
final class Reading<S, C, E> {
  private static final Logger LOG = LoggerFactory.getLogger(Reading.class);

  /**
   * Entries that this process wrote are news to readers and not to it, so reading them back may
   * take a moment longer. Well below what a standby waits before it takes over.
   */
  private static final Duration REST = Duration.ofMillis(10);

  private final LogName log;
  private final Duties<S, C, E> duties;
  private final Writing writing;
  private final PublicationTurns turns;
  private final LagWatch lag;
  private final RetentionWatch retention;
  private final TailLoop tail;
  private final TailLoop submissions;

  Reading(FoldServiceConfig config, Offsets offsets, Writing writing, Duties<S, C, E> duties) {
    this.log = config.log();
    this.duties = duties;
    this.writing = writing;
    this.turns =
        new PublicationTurns(offsets.partitions(log.log()), config.flushEvery(), System.nanoTime());
    this.lag = new LagWatch(log, offsets, config.meter(), System::currentTimeMillis);
    this.retention = new RetentionWatch(log, offsets);
    this.tail = new TailLoop(config.kafka(), log.log(), "fold-" + log, new LogRecords(), REST);
    this.submissions =
        new TailLoop(
            config.kafka(), log.submissions(), "submissions-" + log, new SubmissionRecords());
  }

  void start() {
    tail.start();
    submissions.start();
  }

  /** Runs on the log's thread, soon. */
  void execute(Runnable task) {
    tail.execute(task);
  }

  /** On the log's thread. */
  void followLog(PartitionOwner<S, C, E> owner) {
    tail.tail(owner.partition(), owner.firstLogOffset());
  }

  /** On the log's thread. */
  void leaveLog(int partition) {
    tail.leave(partition);
  }

  /** From where the owner says, soon. */
  void readSubmissions(PartitionOwner<S, C, E> owner) {
    submissions.execute(() -> submissions.tail(owner.partition(), owner.beginSubmissions()));
  }

  void leaveSubmissions(int partition) {
    submissions.execute(() -> submissions.leave(partition));
  }

  void endSubmissions() {
    submissions.close();
  }

  void endLog() {
    tail.close();
  }

  private void turn(PartitionOwner<S, C, E> owner, PartitionOwner.Turn turn) {
    switch (turn) {
      case NONE -> {}
      case TOOK_OVER -> {
        duties.tookOver();
        LOG.info(
            "partition {} of {}: its owner has stopped, the standby writes",
            owner.partition(),
            log);
      }
      case STOOD_DOWN ->
          LOG.info(
              "partition {} of {}: another owner writes, this one stands by",
              owner.partition(),
              log);
    }
  }

  private final class LogRecords implements TailLoop.Handler {
    /** Not while submissions wait for room. */
    @Override
    public boolean mayRest() {
      return duties.owners().values().stream().noneMatch(PartitionOwner::isFull);
    }

    @Override
    public void onRecords(int partition, List<ConsumerRecord<byte[], byte[]>> records, long next) {
      PartitionOwner<S, C, E> owner = duties.owners().get(partition);
      if (owner == null) {
        return;
      }
      duties.guarded(
          owner,
          () -> {
            Optional<String> why = owner.readLog(records, next);
            if (why.isPresent()) {
              duties.rebuild(owner, why.get(), true);
            } else {
              duties.begin(owner);
            }
          });
    }

    @Override
    public void onOutOfRange(int partition) {
      PartitionOwner<S, C, E> owner = duties.owners().get(partition);
      if (owner != null) {
        duties.rebuild(owner, "the log does not have the offset to be read next", false);
      }
    }

    @Override
    public void onTick() {
      long now = System.nanoTime();
      writing.reopenIfFailed(now, duties.owners().values());
      for (PartitionOwner<S, C, E> owner : duties.owners().values()) {
        turn(owner, owner.tick(now));
        duties.lookUpLogEnd(owner);
      }
      lag.tick(now, duties.owners().values());
      retention.tick(now, duties.owners().values());
      for (PartitionOwner<S, C, E> owner : duties.owners().values()) {
        boolean isDue = turns.isDue(owner.partition(), now);
        duties.guarded(owner, () -> owner.publish(now, isDue));
        duties.lookUpKnown(owner);
      }
    }
  }

  /** A partition whose owner has enough is not fetched meanwhile. */
  private final class SubmissionRecords implements TailLoop.Handler {
    @Override
    public void onRecords(int partition, List<ConsumerRecord<byte[], byte[]>> records, long next) {
      PartitionOwner<S, C, E> owner = duties.owners().get(partition);
      if (owner != null) {
        duties.guarded(owner, () -> owner.readSubmissions(records));
        if (owner.isFull()) {
          submissions.pause(partition);
        }
      }
    }

    @Override
    public void onOutOfRange(int partition) {
      PartitionOwner<S, C, E> owner = duties.owners().get(partition);
      if (owner != null) {
        duties.lookUpSubmissions(owner);
      }
    }

    @Override
    public void onTick() {
      for (int partition : submissions.paused()) {
        PartitionOwner<S, C, E> owner = duties.owners().get(partition);
        if (owner == null || !owner.isFull()) {
          submissions.resume(partition);
        }
      }
    }
  }
}
