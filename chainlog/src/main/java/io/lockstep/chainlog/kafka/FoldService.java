package io.lockstep.chainlog.kafka;

import io.lockstep.chainlog.Fold;
import io.lockstep.chainlog.LocalView;
import io.lockstep.chainlog.LogName;
import io.lockstep.chainlog.StreamView;
import io.lockstep.chainlog.owner.PartitionHalted;
import io.lockstep.chainlog.store.RocksStreamStore;
import io.lockstep.chainlog.store.StreamStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One process' share of a log: takes partitions from the consumer group, as owner or as standby,
 * restores each, folds the log to its end, and then answers submissions or stands ready to.
 *
 * <pre>
 *   group ────────▶ Membership ───────┐ who does what
 *   submissions ──▶ SubmissionsLoop ──┤                       ┌──▶ FailStopProducer ──▶ log
 *                                     ├──▶ PartitionOwner ────┤
 *   log ──────────▶ TailLoop ─────────┘   (core, lock)        └──▶ StreamStore ──▶ view()
 * </pre>
 */
public final class FoldService<S, C, E> implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(FoldService.class);
  private static final long RETRY_MILLIS = 300;

  /** Longer than a rebalance, in which every member must answer to a heartbeat. */
  private static final Duration HANDOVER_MAX = Duration.ofSeconds(3);

  private static final int STATE_RECORD_OVERHEAD_BYTES = 1024;

  private final Fold<S, C, E> fold;
  private final FoldServiceConfig config;
  private final LogName log;
  private final Offsets offsets;
  private final int partitions;
  private final int stateBytesMax;
  private final StreamStore store;
  private final PartitionRestore restore;
  private final FailStopProducer producer;
  private final TailLoop tail;
  private final SubmissionsLoop submissions;
  private final Membership membership;
  private final LagWatch lag;
  private final ConcurrentHashMap<Integer, Duty> duties = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<Integer, PartitionOwner<S, C, E>> owners =
      new ConcurrentHashMap<>();
  private final Set<Integer> begun = ConcurrentHashMap.newKeySet();
  private final Set<Integer> halted = ConcurrentHashMap.newKeySet();
  private final AtomicLong stuck = new AtomicLong();
  private final AtomicLong takeovers = new AtomicLong();
  private final StoreView view;
  private final Object ownedChanged = new Object();
  private volatile Set<Integer> covered = Set.of();
  private long publishedNanos = System.nanoTime();
  private long reopenedNanos = System.nanoTime() - TimeUnit.MILLISECONDS.toNanos(RETRY_MILLIS);

  /** What this process is to a partition; a new object each time that it gets the partition. */
  private static final class Duty {
    volatile PartitionOwner.Role role;
    volatile long sinceNanos = System.nanoTime();

    Duty(PartitionOwner.Role role) {
      this.role = role;
    }
  }

  private FoldService(Fold<S, C, E> fold, FoldServiceConfig config) {
    this.fold = fold;
    this.config = config;
    this.log = config.log();
    this.offsets = new Offsets(config.kafka());
    this.partitions = offsets.partitions(log.log());
    this.stateBytesMax = offsets.recordBytesMax(log.state()) - STATE_RECORD_OVERHEAD_BYTES;
    this.store = RocksStreamStore.open(config.dataDir().resolve(log.name()));
    this.lag = new LagWatch(log, offsets, config.meter(), System::currentTimeMillis);
    this.restore = new PartitionRestore(config.kafka(), offsets, log, store);
    this.view = new StoreView(log, partitions, store, owners);
    this.producer = new FailStopProducer(config.kafka(), this::onSendFailed);
    this.tail = new TailLoop(config.kafka(), log.log(), "fold-" + log, new LogRecords());
    this.submissions =
        new SubmissionsLoop(
            config.kafka(), log.submissions(), "submissions-" + log, new Submissions());
    this.membership =
        new Membership(
            config.kafka(),
            log,
            config.sessionTimeout(),
            instanceId(config.dataDir()),
            new Shares());
  }

  /** Joins the owners of the log; its topics must exist ({@link LogTopics#ensure}). */
  public static <S, C, E> FoldService<S, C, E> start(Fold<S, C, E> fold, FoldServiceConfig config) {
    FoldService<S, C, E> service = new FoldService<>(fold, config);
    service.tail.start();
    service.submissions.start();
    service.membership.start();
    return service;
  }

  public LogName log() {
    return log;
  }

  /** Partitions that are folded to their end and answered for by this process. */
  public Set<Integer> owned() {
    return begun.stream()
        .filter(p -> role(p).equals(Optional.of(PartitionOwner.Role.OWNER)))
        .collect(Collectors.toUnmodifiableSet());
  }

  /** Partitions that this process folds along, ready to write when their owner stops. */
  public Set<Integer> standingBy() {
    return begun.stream()
        .filter(p -> role(p).equals(Optional.of(PartitionOwner.Role.STANDBY)))
        .collect(Collectors.toUnmodifiableSet());
  }

  private Optional<PartitionOwner.Role> role(int partition) {
    return Optional.ofNullable(duties.get(partition)).map(duty -> duty.role);
  }

  /** Waits until this process owns at least so many partitions. False when it does not in time. */
  public boolean awaitOwned(int count, Duration timeout) throws InterruptedException {
    long deadline = System.nanoTime() + timeout.toNanos();
    synchronized (ownedChanged) {
      while (owned().size() < count) {
        long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
        if (left <= 0) {
          return false;
        }
        ownedChanged.wait(left);
      }
      return true;
    }
  }

  /** Confirmed states and histories of the owned partitions. */
  public LocalView<S, E> view() {
    return new LocalView<>(view, fold.states(), fold.entries());
  }

  /** The same in the fold's encoding, for the internal gRPC service. */
  public StreamView streams() {
    return view;
  }

  public FoldCounts counts() {
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

  /** As if Kafka had refused a record: what is in flight is not trusted any more. For tests. */
  void failProducer() {
    producer.distrust();
  }

  /**
   * Leaves the group and goes on until the standbys of its partitions have taken them, at most
   * {@link #HANDOVER_MAX}; then publishes states and watermarks of those that nobody took.
   */
  @Override
  public void close() {
    Set<Integer> handedOver = new TreeSet<>(covered);
    handedOver.retainAll(owned());
    membership.close();
    boolean complete =
        handedOver.isEmpty()
            || Handover.await(config.kafka(), log, handedOver, config.endpoint(), HANDOVER_MAX);
    if (!complete) {
      LOG.warn("not all standbys of {} have answered within {}", log, HANDOVER_MAX);
    }
    submissions.close();
    producer.flush();
    owners.forEach(
        (partition, owner) -> {
          if (!complete || !handedOver.contains(partition)) {
            guarded(owner, () -> owner.publish(config.endpoint(), stateBytesMax));
          }
        });
    producer.flush();
    tail.close();
    owners.values().forEach(PartitionOwner::release);
    producer.close();
    store.close();
    offsets.close();
  }

  private static String instanceId(Path dataDir) {
    Path file = dataDir.resolve("instance-id");
    try {
      if (!Files.exists(file)) {
        Files.writeString(file, UUID.randomUUID().toString());
      }
      return Files.readString(file).strip();
    } catch (IOException e) {
      throw new UncheckedIOException("the data directory cannot be used: " + dataDir, e);
    }
  }

  // Taking and giving up partitions.

  private void acquire(int partition, Duty duty) {
    duty.sinceNanos = System.nanoTime();
    Thread.ofVirtual()
        .name("restore-" + log + "-" + partition)
        .start(
            () -> {
              while (isCurrent(partition, duty) && !restored(partition, duty)) {
                if (!sleep()) {
                  return;
                }
              }
            });
  }

  private boolean restored(int partition, Duty duty) {
    try {
      long logEnd = restore.restore(partition);
      PartitionOwner<S, C, E> owner =
          new PartitionOwner<>(
              fold,
              log,
              partition,
              partitions,
              store,
              producer,
              duty.role,
              config.takeoverAfter(),
              config.meter());
      tail.execute(() -> follow(owner, duty, logEnd));
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
    owner.become(duty.role);
    tail.tail(partition, owner.firstLogOffset());
    guarded(
        owner,
        () -> {
          var _ = owner.wantsLogEnd();
          owner.logEnd(0, OptionalLong.of(logEnd));
        });
    beginSubmissions(owner);
  }

  /** Once, when the log is folded to its end. */
  private void beginSubmissions(PartitionOwner<S, C, E> owner) {
    int partition = owner.partition();
    if (!owner.hasFolded() || owners.get(partition) != owner || begun.contains(partition)) {
      return;
    }
    TopicPartition from = new TopicPartition(log.submissions(), partition);
    changeOwned(() -> begun.add(partition));
    Duty duty = duties.get(partition);
    if (duty != null) {
      config.meter().restored(partition, System.nanoTime() - duty.sinceNanos);
    }
    var _ =
        offsets
            .ends(List.of(from))
            .whenComplete(
                (ends, failure) -> {
                  if (failure != null) {
                    tail.execute(
                        () ->
                            rebuild(
                                owner,
                                "submissions cannot be looked up: " + failure.getMessage(),
                                false));
                  } else if (ends.get(from) < owner.nextSubmission()) {
                    halt(
                        partition,
                        new PartitionHalted(
                            "partition "
                                + partition
                                + " of "
                                + log.submissions()
                                + " ends at "
                                + ends.get(from)
                                + " but the log answers submissions up to "
                                + (owner.nextSubmission() - 1)
                                + ": Kafka has lost acknowledged records"));
                  } else {
                    submissions.begin(owner);
                  }
                });
    owner.publish(config.endpoint(), stateBytesMax);
  }

  /** Everything that this process is to do; what it does already goes on. */
  private void take(Share share) {
    covered = share.covered();
    Map<Integer, PartitionOwner.Role> roles = new TreeMap<>();
    share.stands().forEach(p -> roles.put(p, PartitionOwner.Role.STANDBY));
    share.owns().forEach(p -> roles.put(p, PartitionOwner.Role.OWNER));
    List<Integer> given = duties.keySet().stream().filter(p -> !roles.containsKey(p)).toList();
    given.forEach(this::release);
    roles.forEach(this::take);
  }

  private void take(int partition, PartitionOwner.Role role) {
    Duty duty = duties.get(partition);
    if (duty == null) {
      Duty fresh = new Duty(role);
      duties.put(partition, fresh);
      acquire(partition, fresh);
      return;
    }
    changeOwned(() -> duty.role = role);
    PartitionOwner<S, C, E> owner = owners.get(partition);
    if (owner != null && owner.role() != role) {
      guarded(
          owner,
          () -> {
            owner.become(role);
            lookUpLogEnd(owner);
            owner.publish(config.endpoint(), stateBytesMax);
          });
    }
  }

  private void release(int partition) {
    duties.remove(partition);
    PartitionOwner<S, C, E> owner = owners.remove(partition);
    changeOwned(() -> begun.remove(partition));
    submissions.leave(partition);
    if (owner != null) {
      owner.publish(config.endpoint(), stateBytesMax);
      owner.release();
      tail.execute(
          () -> {
            if (!owners.containsKey(partition)) {
              tail.leave(partition);
            }
          });
    }
  }

  /** The partition's owner is thrown away and made anew, from the store or from nothing. */
  private void rebuild(PartitionOwner<S, C, E> owner, String why, boolean dropStore) {
    int partition = owner.partition();
    Duty duty = duties.get(partition);
    if (duty == null || !owners.remove(partition, owner)) {
      return;
    }
    LOG.error("partition {} of {} is restored again: {}", partition, log, why);
    stuck.incrementAndGet();
    config.meter().stuck(partition);
    owner.release();
    tail.leave(partition);
    changeOwned(() -> begun.remove(partition));
    if (dropStore) {
      store.drop(partition);
    }
    submissions.leave(partition);
    acquire(partition, duty);
  }

  private void halt(int partition, PartitionHalted why) {
    LOG.error("partition {} of {} is halted in this process", partition, log, why);
    halted.add(partition);
    config.meter().halted(partition);
    PartitionOwner<S, C, E> owner = owners.remove(partition);
    changeOwned(() -> begun.remove(partition));
    submissions.leave(partition);
    if (owner != null) {
      owner.release();
      tail.execute(() -> tail.leave(partition));
    }
  }

  private boolean isCurrent(int partition, Duty duty) {
    return duty.equals(duties.get(partition)) && !halted.contains(partition);
  }

  private void changeOwned(Runnable change) {
    synchronized (ownedChanged) {
      change.run();
      ownedChanged.notifyAll();
    }
  }

  private static boolean sleep() {
    try {
      TimeUnit.MILLISECONDS.sleep(RETRY_MILLIS);
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private void guarded(PartitionOwner<S, C, E> owner, Runnable work) {
    try {
      work.run();
    } catch (PartitionHalted e) {
      halt(owner.partition(), e);
    } catch (RuntimeException e) {
      LOG.error("the owner of partition {} of {} failed", owner.partition(), log, e);
      tail.execute(() -> rebuild(owner, e.toString(), false));
    }
  }

  // Writing.

  private void onSendFailed(ProducerRecord<byte[], byte[]> record, Exception failure) {
    if (failure instanceof RecordTooLargeException && record.topic().equals(log.log())) {
      halt(
          record.partition(),
          new PartitionHalted("the fold made an entry that is larger than the log takes", failure));
    }
    LOG.warn("a record was not written to {}: {}", record.topic(), failure.toString());
  }

  private void publish() {
    owners
        .values()
        .forEach(owner -> guarded(owner, () -> owner.publish(config.endpoint(), stateBytesMax)));
  }

  private void reopenFailed(long now) {
    if (producer.hasFailed() && now - reopenedNanos > TimeUnit.MILLISECONDS.toNanos(RETRY_MILLIS)) {
      owners.values().forEach(PartitionOwner::sendFailed);
      producer.reopen();
      reopenedNanos = now;
    }
  }

  private void lookUpLogEnd(PartitionOwner<S, C, E> owner) {
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
                    tail.execute(() -> guarded(owner, () -> owner.logEnd(asked.getAsLong(), end)));
                  });
    }
  }

  private final class LogRecords implements TailLoop.Handler {
    @Override
    public void onRecords(int partition, List<ConsumerRecord<byte[], byte[]>> records, long next) {
      PartitionOwner<S, C, E> owner = owners.get(partition);
      if (owner == null) {
        return;
      }
      guarded(
          owner,
          () -> {
            Optional<String> why = owner.readLog(records, next);
            if (why.isPresent()) {
              rebuild(owner, why.get(), true);
            } else {
              beginSubmissions(owner);
            }
          });
    }

    @Override
    public void onOutOfRange(int partition) {
      PartitionOwner<S, C, E> owner = owners.get(partition);
      if (owner != null) {
        rebuild(owner, "the log does not have the offset to be read next", true);
      }
    }

    @Override
    public void onTick() {
      long now = System.nanoTime();
      reopenFailed(now);
      for (PartitionOwner<S, C, E> owner : owners.values()) {
        turn(owner, owner.tick(now));
        lookUpLogEnd(owner);
      }
      lag.tick(now, owners.values());
      if (now - publishedNanos > config.flushEvery().toNanos()) {
        publish();
        publishedNanos = now;
      }
    }
  }

  private void turn(PartitionOwner<S, C, E> owner, PartitionOwner.Turn turn) {
    switch (turn) {
      case NONE -> {}
      case TOOK_OVER -> {
        takeovers.incrementAndGet();
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

  private final class Shares implements Membership.Handler {
    @Override
    public void assigned(Share share) {
      take(share);
    }

    @Override
    public Map<Integer, Long> answered() {
      Map<Integer, Long> answered = new HashMap<>();
      owned()
          .forEach(
              partition -> {
                PartitionOwner<S, C, E> owner = owners.get(partition);
                if (owner != null) {
                  answered.put(partition, owner.answered());
                }
              });
      return answered;
    }
  }

  private final class Submissions implements SubmissionsLoop.Handler {
    @Override
    public boolean onSubmissions(int partition, List<ConsumerRecord<byte[], byte[]>> records) {
      PartitionOwner<S, C, E> owner = owners.get(partition);
      if (owner != null) {
        guarded(owner, () -> owner.readSubmissions(records));
      }
      return isFull(partition);
    }

    @Override
    public boolean isFull(int partition) {
      PartitionOwner<S, C, E> owner = owners.get(partition);
      return owner != null && owner.isFull();
    }
  }
}
