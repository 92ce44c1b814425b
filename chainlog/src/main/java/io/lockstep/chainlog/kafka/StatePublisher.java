package io.lockstep.chainlog.kafka;

import io.lockstep.chainlog.ChainPosition;
import io.lockstep.chainlog.LogName;
import io.lockstep.chainlog.owner.KnownPositions;
import io.lockstep.chainlog.owner.PartitionHalted;
import io.lockstep.chainlog.owner.Publication;
import io.lockstep.chainlog.owner.StatePart;
import io.lockstep.chainlog.store.StreamStore;
import io.lockstep.chainlog.store.StreamStore.StoredState;
import io.lockstep.log.v1.StateRecord;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Sends what a partition's {@link Publication} says, and tells it when all of a step has been
 * acknowledged. Used under the lock of the partition's owner.
 */
final class StatePublisher {
  /** Of the header of a record without a value: the log offset at which the part has ended. */
  static final String LOG_OFFSET = "log_offset";

  private final LogName log;
  private final int partition;
  private final int partitions;
  private final StreamStore store;
  private final FailStopProducer producer;
  private final String endpoint;
  private final int recordBytesMax;
  private final Publication publication;
  private Optional<AtomicInteger> unacknowledged = Optional.empty();

  StatePublisher(
      LogName log,
      int partition,
      int partitions,
      StreamStore store,
      FailStopProducer producer,
      String endpoint,
      int recordBytesMax) {
    this.log = log;
    this.partition = partition;
    this.partitions = partitions;
    this.store = store;
    this.producer = producer;
    this.endpoint = endpoint;
    this.recordBytesMax = recordBytesMax;
    this.publication = new Publication(store, partition);
  }

  void begin(ChainPosition position) {
    unacknowledged = Optional.empty();
    publication.begin(position);
  }

  void end() {
    unacknowledged = Optional.empty();
    publication.end();
  }

  void failed() {
    unacknowledged = Optional.empty();
    publication.failed();
  }

  boolean isLate(long now) {
    return publication.isLate(now);
  }

  boolean needsKnown() {
    return publication.needsKnown();
  }

  void known(KnownPositions known, ChainPosition position, long now) {
    publication.known(known, position, now);
  }

  void changed(Collection<StatePart> parts) {
    publication.changed(parts);
  }

  boolean isIdle(ChainPosition position) {
    return publication.isIdle(position);
  }

  /**
   * Goes on as far as acknowledgements allow.
   *
   * @param isDue a new round may begin
   */
  void step(ChainPosition position, long logBegin, long now, boolean isDue) {
    if (unacknowledged.isPresent()) {
      if (unacknowledged.get().get() > 0) {
        return;
      }
      unacknowledged = Optional.empty();
      publication.acknowledged(now);
    }
    Optional<Publication.Step> next = publication.next(position, logBegin, now, isDue);
    if (next.isPresent()) {
      send(
          switch (next.get()) {
            case Publication.States states -> states(states.parts());
            case Publication.Positions positions -> positions(positions);
          },
          now);
    }
  }

  private void send(List<ProducerRecord<byte[], byte[]>> records, long begun) {
    AtomicInteger left = new AtomicInteger(records.size());
    unacknowledged = Optional.of(left);
    for (ProducerRecord<byte[], byte[]> record : records) {
      if (System.nanoTime() - begun > Publication.LATE_AFTER.toNanos()) {
        // Too old by now; the rest of the step never counts as written, and all of it comes again.
        failed();
        return;
      }
      producer.send(record, left::decrementAndGet);
    }
  }

  private List<ProducerRecord<byte[], byte[]>> states(List<StatePart> parts) {
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
    for (StatePart part : parts) {
      state(part).ifPresent(records::add);
    }
    return records;
  }

  /** Empty when the part is gone and that is in the topic. */
  private Optional<ProducerRecord<byte[], byte[]>> state(StatePart part) {
    byte[] key = part.text().getBytes(StandardCharsets.UTF_8);
    Optional<StoredState> stored = store.state(partition, part.key(), part.part());
    if (stored.isPresent()) {
      byte[] value =
          StateRecord.newBuilder()
              .setLogOffset(stored.get().logOffset())
              .setState(stored.get().bytes())
              .build()
              .toByteArray();
      if (value.length > recordBytesMax) {
        throw new PartitionHalted(
            "a state of partition "
                + partition
                + " has "
                + value.length
                + " bytes, more than "
                + log.state()
                + " takes");
      }
      return Optional.of(new ProducerRecord<>(log.state(), partition, key, value));
    }
    OptionalLong deleted = store.deletedAt(partition, part.key(), part.part());
    if (deleted.isEmpty()) {
      return Optional.empty();
    }
    ProducerRecord<byte[], byte[]> gone = new ProducerRecord<>(log.state(), partition, key, null);
    gone.headers()
        .add(LOG_OFFSET, Long.toString(deleted.getAsLong()).getBytes(StandardCharsets.UTF_8));
    return Optional.of(gone);
  }

  private List<ProducerRecord<byte[], byte[]>> positions(Publication.Positions positions) {
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
    for (long offset : positions.deleted()) {
      records.add(WatermarkRecords.deletedCheckpoint(log, partition, offset));
    }
    positions
        .checkpoint()
        .ifPresent(at -> records.add(WatermarkRecords.checkpoint(log, partition, partitions, at)));
    records.add(
        WatermarkRecords.record(
            log,
            partition,
            partitions,
            positions.watermark(),
            positions.unsettledAfter(),
            endpoint));
    return records;
  }
}
