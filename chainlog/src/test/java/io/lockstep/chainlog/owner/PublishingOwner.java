package io.lockstep.chainlog.owner;

import io.lockstep.chainlog.ChainFollower.Stuck;
import io.lockstep.chainlog.ChainPosition;
import io.lockstep.chainlog.CounterFold;
import io.lockstep.chainlog.CounterFold.Add;
import io.lockstep.chainlog.CounterFold.Added;
import io.lockstep.chainlog.CounterFold.Counter;
import io.lockstep.chainlog.store.InMemoryStreamStore;
import io.lockstep.chainlog.store.StreamStore;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;

/**
 * An owner with its store and what it publishes. What it has written is in flight, per topic in
 * order, until the world delivers it or loses it; a crash leaves it in flight, as a zombie's.
 */
final class PublishingOwner {
  private static final long CACHE_BYTES = 1000;

  private final RetentionWorld world;
  final Deque<byte[]> entries = new ArrayDeque<>();
  final Deque<Shipped> publications = new ArrayDeque<>();
  InMemoryStreamStore store = new InMemoryStreamStore();
  OwnerCore<Counter, Add, Added> core;
  private Publication publication;

  /** What is at or before this offset is not in the store's histories. */
  long loadedFrom = -1;

  private long nextSubmission;
  private boolean batchOpen;
  boolean mustHearOfFailure;
  private int life;
  private int unacknowledged;
  private boolean stepOpen;

  /** A record on its way to a topic. */
  record Shipped(SimulatedTopics.Written record, int life, long at) {}

  PublishingOwner(RetentionWorld world) {
    this.world = world;
    restore();
  }

  void crash(boolean storeIsLost) {
    if (storeIsLost) {
      store = new InMemoryStreamStore();
    }
    restore();
  }

  private void restore() {
    LogBounds log = world.bounds();
    switch (RestoreRule.plan(
        "the partition", log, store.position(RetentionWorld.PARTITION), world.topics::known)) {
      case RestoreRule.FoldOn on -> {}
      case RestoreRule.Load load -> {
        loadedFrom = load.from().logOffset();
        store.drop(RetentionWorld.PARTITION);
        world.topics.load(store, RetentionWorld.PARTITION);
        if (load.from().logOffset() >= 0) {
          store.write(
              RetentionWorld.PARTITION, new StreamStore.Batch(List.of(), Optional.of(load.from())));
        }
        world.loads++;
      }
    }
    core =
        new OwnerCore<>(
            new CounterFold(),
            RetentionWorld.PARTITION,
            RetentionWorld.PARTITIONS,
            store,
            CACHE_BYTES,
            log.begin());
    publication = new Publication(store, RetentionWorld.PARTITION);
    publication.begin(stored());
    nextSubmission = 0;
    batchOpen = false;
    mustHearOfFailure = false;
    forget();
  }

  private void forget() {
    life++;
    unacknowledged = 0;
    stepOpen = false;
  }

  void change() {
    if (core.mayWrite()) {
      core.standBy();
      publication.end();
      forget();
    } else {
      core.takeOver();
      publication.begin(stored());
      forget();
    }
  }

  void takeOver() {
    if (!core.mayWrite()) {
      change();
    }
  }

  void readLog(int records) {
    if (core.nextLogOffset() < world.bounds().begin()) {
      restore(); // As after an offset that is out of range.
    }
    for (int i = 0; i < records && core.nextLogOffset() < world.log.size(); i++) {
      long offset = core.nextLogOffset();
      if (core.readLog(offset, world.log.get((int) offset)) instanceof Stuck stuck) {
        throw new AssertionError("an owner is stuck: " + stuck.why());
      }
      batchOpen = true;
    }
  }

  void endBatch() {
    if (batchOpen) {
      core.endBatch();
      batchOpen = false;
    }
    takeOutputs();
  }

  void readSubmissions(int records) {
    nextSubmission = Math.max(nextSubmission, core.nextSubmission());
    for (int i = 0;
        i < records && nextSubmission < world.submissions.size() && !core.isFull();
        i++) {
      core.readSubmission(world.submissions.get((int) nextSubmission++));
    }
    takeOutputs();
  }

  void hear(Random random) {
    if (mustHearOfFailure && random.nextInt(3) == 0) {
      mustHearOfFailure = false;
      core.sendFailed();
      publication.failed();
      forget();
    }
    if (core.needsLogEnd() && random.nextInt(3) == 0) {
      core.logEnd(world.log.size());
    }
    if (core.isWriting() && publication.needsKnown() && random.nextInt(3) == 0) {
      publication.known(world.topics.known(), stored(), world.now);
    }
    takeOutputs();
  }

  private ChainPosition stored() {
    return store.position(RetentionWorld.PARTITION).orElse(ChainPosition.START);
  }

  /** The owner's clock: looks whether it was away, and publishes. */
  void tick(boolean isDue) {
    if (publication.isLate(world.now)) {
      core.foldToEnd();
      publication.failed();
      forget();
    }
    if (!core.isWriting() || batchOpen || mustHearOfFailure) {
      return;
    }
    publication.changed(core.takeUnpublished());
    if (stepOpen) {
      if (unacknowledged > 0) {
        return;
      }
      stepOpen = false;
      publication.acknowledged(world.now);
    }
    publication
        .next(stored(), world.bounds().begin(), world.now, isDue)
        .ifPresent(
            step -> {
              List<SimulatedTopics.Written> records =
                  switch (step) {
                    case Publication.States states -> states(states.parts());
                    case Publication.Positions positions -> positions(positions);
                  };
              records.forEach(r -> publications.addLast(new Shipped(r, life, world.now)));
              unacknowledged = records.size();
              stepOpen = true;
            });
  }

  boolean isSettled() {
    return !mustHearOfFailure
        && !core.needsLogEnd()
        && (!core.mayWrite() || (!publication.needsKnown() && publication.isIdle(stored())));
  }

  private List<SimulatedTopics.Written> states(List<StatePart> parts) {
    List<SimulatedTopics.Written> records = new ArrayList<>();
    for (StatePart part : parts) {
      Optional<StreamStore.StoredState> stored =
          store.state(RetentionWorld.PARTITION, part.key(), part.part());
      OptionalLong gone = store.deletedAt(RetentionWorld.PARTITION, part.key(), part.part());
      if (stored.isPresent()) {
        records.add(
            new SimulatedTopics.StateRecord(
                part, stored.get().logOffset(), Optional.of(stored.get().bytes())));
      } else if (gone.isPresent()) {
        records.add(new SimulatedTopics.StateRecord(part, gone.getAsLong(), Optional.empty()));
      }
    }
    return records;
  }

  private static List<SimulatedTopics.Written> positions(Publication.Positions positions) {
    List<SimulatedTopics.Written> records = new ArrayList<>();
    positions.deleted().forEach(at -> records.add(new SimulatedTopics.DeletedCheckpoint(at)));
    positions.checkpoint().ifPresent(at -> records.add(new SimulatedTopics.CheckpointRecord(at)));
    records.add(
        new SimulatedTopics.WatermarkRecord(positions.watermark(), positions.unsettledAfter()));
    return records;
  }

  void deliverEntries(int records) {
    for (int i = 0; i < records && !entries.isEmpty(); i++) {
      world.log.add(entries.removeFirst());
    }
  }

  /** The acknowledgement comes unless it was sent in an earlier life. */
  void deliverPublications(int records, boolean acknowledged) {
    for (int i = 0; i < records && !publications.isEmpty(); i++) {
      Shipped shipped = publications.removeFirst();
      world.topics.append(shipped.record(), world.now);
      if (shipped.life() == life) {
        if (acknowledged) {
          unacknowledged--;
        } else {
          mustHearOfFailure = true;
        }
      } else {
        world.zombieRecords++;
      }
    }
  }

  void losePublications(int records) {
    for (int i = 0; i < records && !publications.isEmpty(); i++) {
      mustHearOfFailure |= publications.removeFirst().life() == life;
    }
  }

  /** A connection does not outlive this. */
  void dropOldPublications() {
    while (!publications.isEmpty()
        && world.now - publications.peekFirst().at() > RetentionWorld.IN_FLIGHT_MAX) {
      losePublications(1);
    }
  }

  private void takeOutputs() {
    core.takeOutputs().forEach(output -> entries.addLast(output.value()));
  }
}
