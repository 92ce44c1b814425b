package io.lockstep.chainlog.kafka;

import io.lockstep.chainlog.Fold;
import io.lockstep.chainlog.LogName;
import io.lockstep.chainlog.owner.LogBounds;
import io.lockstep.chainlog.owner.PartitionHalted;
import io.lockstep.chainlog.owner.SubmissionsRule;
import io.lockstep.chainlog.store.StreamStore;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntConsumer;
import java.util.stream.Collectors;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The partitions of one process, each from the moment that the group gives it to the one that it is
 * given back or cannot go on.
 *
 * <pre>
 *   take ──▶ acquire ──▶ restored ──▶ follow ──▶ begin ──▶ (owner or standby) ──▶ release
 *               ▲                        └──────────┴────────────┤
 *               └───────────────────── rebuild ◀─────────────────┴──▶ halt
 * </pre>
 *
 * The log is read on one thread, submissions on another, restoring has a thread per partition.
 */
final class Duties<S, C, E> {
  private static final Logger LOG = LoggerFactory.getLogger(Duties.class);
  private static final long RETRY_MILLIS = 300;

  private final Fold<S, C, E> fold;
  private final FoldServiceConfig config;
  private final LogName log;
  private final Offsets offsets;
  private final int partitions;
  private final StreamStore store;
  private final StartLookup starts;
  private final PartitionRestore restore;
  private final Writing writing;
  private final Reading<S, C, E> reading;
  private final ConcurrentHashMap<Integer, Duty> duties = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<Integer, PartitionOwner<S, C, E>> owners =
      new ConcurrentHashMap<>();
  private final Set<Integer> begun = ConcurrentHashMap.newKeySet();
  private final Set<Integer> halted = ConcurrentHashMap.newKeySet();
  private final IntConsumer refused;
  private final AtomicLong stuck = new AtomicLong();
  private final AtomicLong takeovers = new AtomicLong();
  private final Object begunChanged = new Object();

  /**
   * @param refused is told of each partition that is halted
   */
  Duties(
      Fold<S, C, E> fold,
      FoldServiceConfig config,
      Offsets offsets,
      int partitions,
      StreamStore store,
      IntConsumer refused) {
    this.refused = refused;
    this.fold = fold;
    this.config = config;
    this.log = config.log();
    this.offsets = offsets;
    this.partitions = partitions;
    this.store = store;
    this.starts = StartLookup.open(config.kafka(), log);
    this.restore = new PartitionRestore(config.kafka(), offsets, starts, log, store);
    this.writing = new Writing(config, offsets, this::halt);
    this.reading = new Reading<>(config, offsets, writing, this);
  }

  void start() {
    reading.start();
  }

  /** Partitions that are folded to their end and held in this role. */
  Set<Integer> begunAs(Duty.Role role) {
    return begun.stream()
        .filter(p -> Optional.ofNullable(duties.get(p)).filter(d -> d.role() == role).isPresent())
        .collect(Collectors.toUnmodifiableSet());
  }

  /** Waits until so many partitions are folded to their end and owned. */
  boolean awaitOwned(int count, Duration timeout) throws InterruptedException {
    long deadline = System.nanoTime() + timeout.toNanos();
    synchronized (begunChanged) {
      while (begunAs(Duty.Role.OWNER).size() < count) {
        long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
        if (left <= 0) {
          return false;
        }
        begunChanged.wait(left);
      }
      return true;
    }
  }

  /** A live view: partitions that are restored. */
  Map<Integer, PartitionOwner<S, C, E>> owners() {
    return owners;
  }

  FoldCounts counts() {
    long written = 0;
    long skipped = 0;
    long refolds = 0;
    for (PartitionOwner<S, C, E> owner : owners.values()) {
      written += owner.written();
      skipped += owner.skipped();
      refolds += owner.refolds();
    }
    return new FoldCounts(written, skipped, refolds, stuck.get(), halted.size(), takeovers.get());
  }

  /** As if Kafka had refused a record: what is in flight is not trusted any more. */
  void distrustWrites() {
    writing.producer().distrust();
  }

  void tookOver() {
    takeovers.incrementAndGet();
  }

  /**
   * Answers no more submissions, publishes what is new, and ends.
   *
   * @param handedOver partitions that others have taken already and publish themselves
   */
  void end(Set<Integer> handedOver) {
    reading.endSubmissions();
    writing.flush();
    owners.forEach(
        (partition, owner) -> {
          if (!handedOver.contains(partition)) {
            guarded(owner, () -> writing.publishAll(owner));
          }
        });
    writing.flush();
    reading.endLog();
    owners.values().forEach(PartitionOwner::release);
    writing.close();
    starts.close();
  }

  /** Everything that this process is to do; what it does already goes on. */
  void take(Share share) {
    Map<Integer, Duty.Role> roles = new TreeMap<>();
    share.stands().forEach(p -> roles.put(p, Duty.Role.STANDBY));
    share.owns().forEach(p -> roles.put(p, Duty.Role.OWNER));
    List<Integer> given = duties.keySet().stream().filter(p -> !roles.containsKey(p)).toList();
    given.forEach(this::release);
    roles.forEach(this::take);
  }

  private void take(int partition, Duty.Role role) {
    Duty duty = duties.get(partition);
    if (duty == null) {
      Duty fresh = new Duty(role);
      duties.put(partition, fresh);
      acquire(partition, fresh);
      return;
    }
    if (duty.role() == role) {
      return;
    }
    changeBegun(() -> duty.become(role));
    PartitionOwner<S, C, E> owner = owners.get(partition);
    if (owner != null) {
      guarded(
          owner,
          () -> {
            owner.roleChanged();
            lookUpLogEnd(owner);
            lookUpKnown(owner);
          });
    }
  }

  private void acquire(int partition, Duty duty) {
    duty.restart();
    Thread.ofVirtual()
        .name("restore-" + log + "-" + partition)
        .start(
            () -> {
              while (isCurrent(partition, duty) && !restored(partition, duty)) {
                if (!pause()) {
                  return;
                }
              }
            });
  }

  private boolean restored(int partition, Duty duty) {
    try {
      LogBounds bounds = restore.restore(partition);
      PartitionOwner<S, C, E> owner =
          new PartitionOwner<>(
              fold,
              log,
              partition,
              partitions,
              store,
              bounds.begin(),
              writing.producer(),
              writing.publisher(partition, partitions, store),
              duty,
              config.takeoverAfter(),
              config.meter());
      reading.execute(() -> follow(owner, duty, bounds.end()));
      return true;
    } catch (PartitionHalted e) {
      halt(partition, e);
      return true;
    } catch (RuntimeException e) {
      LOG.warn("partition {} of {} cannot be restored yet", partition, log, e);
      return false;
    }
  }

  private void follow(PartitionOwner<S, C, E> owner, Duty duty, long logEnd) {
    int partition = owner.partition();
    if (!isCurrent(partition, duty)) {
      return;
    }
    owners.put(partition, owner);
    // The group may have decided otherwise in the meantime.
    owner.roleChanged();
    reading.followLog(owner);
    guarded(
        owner,
        () -> {
          var _ = owner.wantsLogEnd();
          owner.logEnd(0, OptionalLong.of(logEnd));
        });
    begin(owner);
  }

  /** Once, when the log is folded to its end: submissions are read from where it ends. */
  void begin(PartitionOwner<S, C, E> owner) {
    int partition = owner.partition();
    if (!owner.hasFolded() || owners.get(partition) != owner || begun.contains(partition)) {
      return;
    }
    changeBegun(() -> begun.add(partition));
    Duty duty = duties.get(partition);
    if (duty != null) {
      config.meter().restored(partition, duty.nanosSinceStart());
    }
    lookUpSubmissions(owner);
    lookUpKnown(owner);
  }

  /** Reads on from the submission that is next, if it is there; else the partition is halted. */
  void lookUpSubmissions(PartitionOwner<S, C, E> owner) {
    TopicPartition from = new TopicPartition(log.submissions(), owner.partition());
    var _ =
        offsets
            .bounds(List.of(from))
            .whenComplete(
                (bounds, failure) -> {
                  if (failure == null) {
                    guarded(owner, () -> readSubmissions(owner, bounds.get(from)));
                  } else {
                    String why = "submissions cannot be looked up: " + failure.getMessage();
                    reading.execute(() -> rebuild(owner, why, false));
                  }
                });
  }

  private void readSubmissions(PartitionOwner<S, C, E> owner, LogBounds there) {
    SubmissionsRule.check(
        "partition " + owner.partition() + " of " + log.submissions(),
        there,
        owner.nextSubmission());
    reading.readSubmissions(owner);
  }

  private void release(int partition) {
    duties.remove(partition);
    PartitionOwner<S, C, E> owner = owners.remove(partition);
    leaveSubmissions(partition);
    if (owner != null) {
      owner.release();
      reading.execute(
          () -> {
            if (!owners.containsKey(partition)) {
              reading.leaveLog(partition);
            }
          });
    }
  }

  /** The partition's owner is thrown away and made anew, from the store or from nothing. */
  void rebuild(PartitionOwner<S, C, E> owner, String why, boolean dropStore) {
    int partition = owner.partition();
    Duty duty = duties.get(partition);
    if (duty == null || !owners.remove(partition, owner)) {
      return;
    }
    LOG.error("partition {} of {} is restored again: {}", partition, log, why);
    stuck.incrementAndGet();
    config.meter().stuck(partition);
    owner.release();
    reading.leaveLog(partition);
    if (dropStore) {
      duty.stuck(owner.answered() - 1);
      store.drop(partition);
    }
    leaveSubmissions(partition);
    acquire(partition, duty);
  }

  /** For good in this process; the group is asked to give the partition to another one. */
  void halt(int partition, PartitionHalted why) {
    LOG.error("partition {} of {} is halted in this process", partition, log, why);
    halted.add(partition);
    config.meter().halted(partition);
    refused.accept(partition);
    PartitionOwner<S, C, E> owner = owners.remove(partition);
    leaveSubmissions(partition);
    if (owner != null) {
      owner.release();
      reading.execute(() -> reading.leaveLog(partition));
    }
  }

  private void leaveSubmissions(int partition) {
    changeBegun(() -> begun.remove(partition));
    reading.leaveSubmissions(partition);
  }

  private boolean isCurrent(int partition, Duty duty) {
    return duty.equals(duties.get(partition)) && !halted.contains(partition);
  }

  private void changeBegun(Runnable change) {
    synchronized (begunChanged) {
      change.run();
      begunChanged.notifyAll();
    }
  }

  private static boolean pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(RETRY_MILLIS);
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  void guarded(PartitionOwner<S, C, E> owner, Runnable work) {
    try {
      work.run();
    } catch (PartitionHalted e) {
      halt(owner.partition(), e);
    } catch (RuntimeException e) {
      LOG.error("the owner of partition {} of {} failed", owner.partition(), log, e);
      reading.execute(() -> rebuild(owner, e.toString(), false));
    }
  }

  /** What owners have published before this one may. */
  void lookUpKnown(PartitionOwner<S, C, E> owner) {
    if (owner.wantsKnown()) {
      var _ =
          starts
              .known(owner.partition())
              .whenComplete(
                  (known, failure) ->
                      guarded(owner, () -> owner.known(Optional.ofNullable(known))));
    }
  }

  void lookUpLogEnd(PartitionOwner<S, C, E> owner) {
    OptionalLong asked = owner.wantsLogEnd();
    if (asked.isPresent()) {
      TopicPartition partition = new TopicPartition(log.log(), owner.partition());
      var _ =
          offsets
              .ends(List.of(partition))
              .whenComplete(
                  (ends, failure) -> {
                    OptionalLong end =
                        failure == null
                            ? OptionalLong.of(ends.get(partition))
                            : OptionalLong.empty();
                    reading.execute(
                        () -> guarded(owner, () -> owner.logEnd(asked.getAsLong(), end)));
                  });
    }
  }
}
