package io.lockstep.chainlog.kafka;

import com.google.protobuf.ByteString;
import io.lockstep.chainlog.ChainPosition;
import io.lockstep.chainlog.Fold;
import io.lockstep.chainlog.HistoryPage;
import io.lockstep.chainlog.LocalView;
import io.lockstep.chainlog.LogName;
import io.lockstep.chainlog.NotOwner;
import io.lockstep.chainlog.Partitions;
import io.lockstep.chainlog.StateAnswer;
import io.lockstep.chainlog.StreamView;
import io.lockstep.chainlog.owner.PartitionHalted;
import io.lockstep.chainlog.store.RocksStreamStore;
import io.lockstep.chainlog.store.StreamStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One process' owner of a log: takes partitions from the consumer group, restores each, folds the
 * log to its end, and then answers submissions.
 *
 * <pre>
 *   submissions ──▶ SubmissionsLoop ──┐                       ┌──▶ FailStopProducer ──▶ log
 *                                     ├──▶ PartitionOwner ────┤
 *   log ──────────▶ TailLoop ─────────┘   (core, lock)        └──▶ StreamStore ──▶ view()
 * </pre>
 */
public final class FoldService<S, C, E> implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(FoldService.class);
  private static final long RETRY_MILLIS = 300;
  private static final int RESTORES_AT_ONCE = 4;
  private static final int STATE_RECORD_OVERHEAD_BYTES = 1024;

  private final Fold<S, C, E> fold;
  private final FoldServiceConfig config;
  private final LogName log;
  private final Offsets offsets;
  private final int partitions;
  private final int stateBytesMax;
  private final StreamStore store;
  private final FailStopProducer producer;
  private final TailLoop tail;
  private final SubmissionsLoop submissions;
  private final ConcurrentHashMap<Integer, Object> assigned = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<Integer, PartitionOwner<S, C, E>> owners =
      new ConcurrentHashMap<>();
  private final Set<Integer> begun = ConcurrentHashMap.newKeySet();
  private final Set<Integer> halted = ConcurrentHashMap.newKeySet();
  private final Semaphore restores = new Semaphore(RESTORES_AT_ONCE);
  private final AtomicLong stuck = new AtomicLong();
  private final View view = new View();
  private final Object ownedChanged = new Object();
  private long publishedNanos = System.nanoTime();
  private long reopenedNanos = System.nanoTime() - TimeUnit.MILLISECONDS.toNanos(RETRY_MILLIS);

  private FoldService(Fold<S, C, E> fold, FoldServiceConfig config) {
    this.fold = fold;
    this.config = config;
    this.log = config.log();
    this.offsets = new Offsets(config.kafka());
    this.partitions = offsets.partitions(log.log());
    this.stateBytesMax = offsets.recordBytesMax(log.state()) - STATE_RECORD_OVERHEAD_BYTES;
    this.store = RocksStreamStore.open(config.dataDir().resolve(log.name()));
    this.producer = new FailStopProducer(config.kafka(), this::onSendFailed);
    this.tail = new TailLoop(config.kafka(), log.log(), "fold-" + log, new LogRecords());
    this.submissions =
        new SubmissionsLoop(
            config.kafka(),
            log,
            config.sessionTimeout(),
            instanceId(config.dataDir()),
            new Submissions());
  }

  /** Joins the owners of the log; its topics must exist ({@link LogTopics#ensure}). */
  public static <S, C, E> FoldService<S, C, E> start(Fold<S, C, E> fold, FoldServiceConfig config) {
    FoldService<S, C, E> service = new FoldService<>(fold, config);
    service.tail.start();
    service.submissions.start();
    return service;
  }

  public LogName log() {
    return log;
  }

  /** Partitions that are folded to their end and answered for by this process. */
  public Set<Integer> owned() {
    return Set.copyOf(begun);
  }

  /** Waits until this process owns at least so many partitions. False when it does not in time. */
  public boolean awaitOwned(int count, Duration timeout) throws InterruptedException {
    long deadline = System.nanoTime() + timeout.toNanos();
    synchronized (ownedChanged) {
      while (begun.size() < count) {
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
    return new FoldCounts(written, skipped, refolds, stuck.get(), halted.size());
  }

  /** As if Kafka had refused a record: what is in flight is not trusted any more. For tests. */
  void failProducer() {
    producer.distrust();
  }

  /** Publishes states and watermarks, then leaves the group. */
  @Override
  public void close() {
    submissions.stop();
    producer.flush();
    publish();
    producer.flush();
    submissions.close();
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

  private void acquire(int partition, Object token) {
    Thread.ofVirtual()
        .name("restore-" + log + "-" + partition)
        .start(
            () -> {
              while (isCurrent(partition, token) && !restored(partition, token)) {
                if (!sleep()) {
                  return;
                }
              }
            });
  }

  private boolean restored(int partition, Object token) {
    try {
      TopicPartition logPartition = new TopicPartition(log.log(), partition);
      Offsets.Bounds bounds = offsets.bounds(List.of(logPartition)).join().get(logPartition);
      if (!isStored(partition, bounds)) {
        restoreFromKafka(partition, bounds);
      }
      PartitionOwner<S, C, E> owner =
          new PartitionOwner<>(fold, log, partition, partitions, store, producer);
      tail.execute(() -> follow(owner, token, bounds.end()));
      return true;
    } catch (PartitionHalted e) {
      halt(partition, e);
      return true;
    } catch (RuntimeException e) {
      LOG.warn("partition {} of {} cannot be restored yet", partition, log, e);
      return false;
    }
  }

  private boolean isStored(int partition, Offsets.Bounds bounds) {
    Optional<ChainPosition> position = store.position(partition);
    return position.isPresent()
        && position.get().logOffset() >= bounds.begin()
        && position.get().logOffset() < bounds.end();
  }

  private void restoreFromKafka(int partition, Offsets.Bounds bounds) {
    if (bounds.begin() > 0) {
      throw new PartitionHalted(
          "partition "
              + partition
              + " of "
              + log
              + " begins at offset "
              + bounds.begin()
              + " and the local store has nothing of it; histories cannot be rebuilt");
    }
    store.drop(partition);
    restores.acquireUninterruptibly();
    try {
      StateTopic.load(config.kafka(), offsets, log, partition, store);
    } finally {
      restores.release();
    }
  }

  private void follow(PartitionOwner<S, C, E> owner, Object token, long logEnd) {
    int partition = owner.partition();
    if (!isCurrent(partition, token)) {
      return;
    }
    owners.put(partition, owner);
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

  private void release(int partition) {
    assigned.remove(partition);
    PartitionOwner<S, C, E> owner = owners.remove(partition);
    changeOwned(() -> begun.remove(partition));
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
    Object token = assigned.get(partition);
    if (token == null || !owners.remove(partition, owner)) {
      return;
    }
    LOG.error("partition {} of {} is restored again: {}", partition, log, why);
    stuck.incrementAndGet();
    owner.release();
    tail.leave(partition);
    changeOwned(() -> begun.remove(partition));
    if (dropStore) {
      store.drop(partition);
    }
    acquire(partition, token);
  }

  private void halt(int partition, PartitionHalted why) {
    LOG.error("partition {} of {} is halted in this process", partition, log, why);
    halted.add(partition);
    PartitionOwner<S, C, E> owner = owners.remove(partition);
    changeOwned(() -> begun.remove(partition));
    if (owner != null) {
      owner.release();
      tail.execute(() -> tail.leave(partition));
    }
  }

  private boolean isCurrent(int partition, Object token) {
    return token.equals(assigned.get(partition)) && !halted.contains(partition);
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
      owners.values().forEach(FoldService.this::lookUpLogEnd);
      if (now - publishedNanos > config.flushEvery().toNanos()) {
        publish();
        publishedNanos = now;
      }
    }
  }

  private final class Submissions implements SubmissionsLoop.Handler {
    @Override
    public void onAssigned(int partition) {
      Object token = new Object();
      assigned.put(partition, token);
      acquire(partition, token);
    }

    @Override
    public void onRevoked(int partition) {
      release(partition);
    }

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

  private final class View implements StreamView {
    @Override
    public LogName log() {
      return log;
    }

    @Override
    public StateAnswer<ByteString> stateBytes(String key) throws NotOwner {
      int partition = Partitions.of(key, partitions);
      PartitionOwner<S, C, E> owner = owner(partition);
      // The position first: the state may be newer than it, never older.
      long foldedTo = store.position(partition).map(ChainPosition::logOffset).orElse(-1L);
      Optional<ByteString> state = store.state(partition, key).map(StreamStore.StoredState::bytes);
      return same(owner, new StateAnswer<>(state, foldedTo));
    }

    @Override
    public HistoryPage<ByteString> historyBytes(
        String key, long afterSequence, int maxEntries, int maxBytes) throws NotOwner {
      int partition = Partitions.of(key, partitions);
      PartitionOwner<S, C, E> owner = owner(partition);
      return same(
          owner,
          store.history(
              new StreamStore.Range(partition, key, afterSequence, maxEntries, maxBytes)));
    }

    private PartitionOwner<S, C, E> owner(int partition) throws NotOwner {
      PartitionOwner<S, C, E> owner = owners.get(partition);
      if (owner == null || !owner.hasFolded()) {
        throw new NotOwner(log, partition);
      }
      return owner;
    }

    /** The store may have been dropped while it was read. */
    private <T> T same(PartitionOwner<S, C, E> owner, T answer) throws NotOwner {
      if (!owner.equals(owners.get(owner.partition()))) {
        throw new NotOwner(log, owner.partition());
      }
      return answer;
    }
  }
}
