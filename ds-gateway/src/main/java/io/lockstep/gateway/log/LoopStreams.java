package io.lockstep.gateway.log;

import io.lockstep.chainlog.StateAnswer;
import io.lockstep.gateway.meter.GatewayMeter;
import io.lockstep.gateway.streams.Fanout;
import io.lockstep.gateway.streams.FanoutLimits;
import io.lockstep.gateway.streams.FeedItem;
import io.lockstep.gateway.streams.HistoryPage;
import io.lockstep.gateway.streams.Opening;
import io.lockstep.gateway.streams.PassHash;
import io.lockstep.gateway.streams.Reply;
import io.lockstep.gateway.streams.Snapshot;
import io.lockstep.gateway.streams.StreamLimits;
import io.lockstep.gateway.streams.StreamSource;
import io.lockstep.gateway.streams.Timers;
import io.lockstep.log.v1.EpochState;
import io.lockstep.log.v1.StreamEntry;
import io.lockstep.log.v1.StreamState;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;

/** One event loop's fan-out, and what it gets from the log and the owners. */
public final class LoopStreams implements StreamSource<Delivery> {
  /** Entries that a loop takes in before it does something else. */
  private static final int BATCH_MAX = 512;

  private final LogHub hub;
  private final OwnerQueries owners;
  private final Executor loop;
  private final Executor loopAfterReading;
  private final Fanout<Delivery> fanout;
  private final GatewayMeter meter;
  private final ConcurrentLinkedQueue<Fanout.Live<Delivery>> arrived =
      new ConcurrentLinkedQueue<>();
  private final AtomicBoolean draining = new AtomicBoolean();

  /**
   * @param loop runs tasks on the event loop's thread, in order
   * @param loopAfterReading the same, but lets the loop read from its sockets first: clients open
   *     their windows between two passes
   */
  public LoopStreams(
      LogHub hub,
      OwnerQueries owners,
      Executor loop,
      Executor loopAfterReading,
      Timers timers,
      FanoutLimits limits,
      StreamLimits shared,
      GatewayMeter meter) {
    this.hub = hub;
    this.meter = meter;
    this.owners = owners;
    this.loop = loop;
    this.loopAfterReading = loopAfterReading;
    this.fanout = new Fanout<>(this, timers, limits, shared, meter);
    hub.add(this);
  }

  /** For the event loop's thread only. */
  public Fanout<Delivery> fanout() {
    return fanout;
  }

  /** On the reader's thread. */
  void offer(String key, FeedItem<Delivery> item) {
    long came = System.nanoTime();
    arrived.add(new Fanout.Live<>(key, item, () -> meter.written(System.nanoTime() - came)));
    if (draining.compareAndSet(false, true)) {
      loopAfterReading.execute(this::drain);
    }
  }

  private void drain() {
    draining.set(false);
    List<Fanout.Live<Delivery>> batch = new ArrayList<>();
    Fanout.Live<Delivery> next = arrived.poll();
    while (next != null) {
      batch.add(next);
      next = batch.size() < BATCH_MAX ? arrived.poll() : null;
    }
    fanout.live(batch);
    if (!arrived.isEmpty() && draining.compareAndSet(false, true)) {
      loopAfterReading.execute(this::drain);
    }
  }

  /** On the reader's thread. */
  void restarted(int partition) {
    loop.execute(() -> fanout.refresh(key -> hub.partition(key) == partition));
  }

  @Override
  public boolean hasMore() {
    return !arrived.isEmpty();
  }

  @Override
  public void follow(String key, Reply<Long> reply) {
    long readTo = hub.follow(key, this);
    loop.execute(() -> reply.came(readTo));
  }

  @Override
  public void unfollow(String key) {
    hub.unfollow(key, this);
  }

  @Override
  public void state(String key, Reply<Snapshot> reply) {
    answer(owners.state(key).thenApply(answer -> snapshot(key, answer)), reply);
  }

  @Override
  public void history(
      String key, long afterSequence, PageSize size, Reply<HistoryPage<Delivery>> reply) {
    answer(
        owners
            .history(key, afterSequence, size.entriesMax(), size.bytesMax())
            .thenApply(LoopStreams::page),
        reply);
  }

  private <T> void answer(CompletableFuture<T> answer, Reply<T> reply) {
    var _ =
        answer.whenComplete(
            (value, failure) ->
                loop.execute(
                    () -> {
                      if (failure == null) {
                        reply.came(value);
                      } else {
                        reply.failed(failure);
                      }
                    }));
  }

  private static HistoryPage<Delivery> page(io.lockstep.chainlog.HistoryPage<StreamEntry> read) {
    List<FeedItem<Delivery>> items = new ArrayList<>(read.items().size());
    for (io.lockstep.chainlog.HistoryPage.Item<StreamEntry> item : read.items()) {
      Delivery.of(item.entry()).ifPresent(items::add);
    }
    return new HistoryPage<>(items, read.firstAvailable());
  }

  private static Snapshot snapshot(String key, StateAnswer<StreamState> answer) {
    StreamState state = answer.state().orElse(StreamState.getDefaultInstance());
    List<Opening> epochs = new ArrayList<>();
    for (EpochState epoch : state.getGroup().getEpochsList()) {
      epochs.add(
          new Opening(
              epoch.getEpoch(),
              new PassHash(epoch.getPassHash().toByteArray()),
              epoch.getOpenedBy()));
    }
    return new Snapshot(
        key,
        answer.state().isPresent(),
        state.getSequence(),
        state.getGroup().getEpoch(),
        epochs,
        answer.foldedTo());
  }
}
