package io.lockstep.chainlog.kafka;

import io.lockstep.chainlog.Fold;
import io.lockstep.chainlog.LocalView;
import io.lockstep.chainlog.LogName;
import io.lockstep.chainlog.StreamView;
import io.lockstep.chainlog.store.RocksStreamStore;
import io.lockstep.chainlog.store.StreamStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One process' share of a log: takes partitions from the consumer group, as owner or as standby,
 * restores each, folds the log to its end, and then answers submissions or stands ready to.
 *
 * <pre>
 *   group ───────▶ Membership ──▶ Duties: who does what, and what becomes of it
 *                                    │
 *   submissions ──▶ Reading ──▶ PartitionOwner ──▶ Writing ──▶ log, states, watermarks
 *   log ──────────▶             (core, lock)
 *                                    └───────────▶ StreamStore ──▶ view()
 * </pre>
 */
public final class FoldService<S, C, E> implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(FoldService.class);

  /** Longer than a rebalance, in which every member must answer to a heartbeat. */
  private static final Duration HANDOVER_MAX = Duration.ofSeconds(3);

  private final Fold<S, C, E> fold;
  private final FoldServiceConfig config;
  private final LogName log;
  private final Offsets offsets;
  private final StreamStore store;
  private final Duties<S, C, E> duties;
  private final Membership membership;
  private final StoreView view;
  private volatile Set<Integer> covered = Set.of();

  private FoldService(Fold<S, C, E> fold, FoldServiceConfig config) {
    this.fold = fold;
    this.config = config;
    this.log = config.log();
    this.offsets = new Offsets(config.kafka());
    int partitions = offsets.partitions(log.log());
    this.store = RocksStreamStore.open(config.dataDir().resolve(log.name()));
    this.duties = new Duties<>(fold, config, offsets, partitions, store, this::refuse);
    this.view =
        new StoreView(
            log,
            partitions,
            store,
            state -> fold.newest(LocalView.decode(fold.states(), state)),
            duties.owners());
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
    service.duties.start();
    service.membership.start();
    return service;
  }

  public LogName log() {
    return log;
  }

  /** Partitions that are folded to their end and answered for by this process. */
  public Set<Integer> owned() {
    return duties.begunAs(Duty.Role.OWNER);
  }

  /** Partitions that this process folds along, ready to write when their owner stops. */
  public Set<Integer> standingBy() {
    return duties.begunAs(Duty.Role.STANDBY);
  }

  /** Waits until this process owns at least so many partitions. False when it does not in time. */
  public boolean awaitOwned(int count, Duration timeout) throws InterruptedException {
    return duties.awaitOwned(count, timeout);
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
    return duties.counts();
  }

  /** As if Kafka had refused a record: what is in flight is not trusted any more. For tests. */
  void failProducer() {
    duties.distrustWrites();
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
    duties.end(complete ? handedOver : Set.of());
    store.close();
    offsets.close();
  }

  private void refuse(int partition) {
    membership.refuse(partition);
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

  private final class Shares implements Membership.Handler {
    @Override
    public void assigned(Share share) {
      covered = share.covered();
      duties.take(share);
    }

    @Override
    public Map<Integer, Long> answered() {
      Map<Integer, Long> answered = new HashMap<>();
      owned()
          .forEach(
              partition -> {
                PartitionOwner<S, C, E> owner = duties.owners().get(partition);
                if (owner != null) {
                  answered.put(partition, owner.answered());
                }
              });
      return answered;
    }
  }
}
