package io.lockstep.chainlog.kafka;

import com.google.protobuf.InvalidProtocolBufferException;
import io.lockstep.chainlog.LogName;
import io.lockstep.chainlog.owner.LogBounds;
import io.lockstep.chainlog.owner.StatePart;
import io.lockstep.chainlog.store.StreamStore;
import io.lockstep.chainlog.store.StreamStore.Change;
import io.lockstep.log.v1.StateRecord;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Loads one partition of the compacted state topic into a store. The log is folded over it
 * afterwards, from its beginning.
 */
final class StateTopic {
  private static final Logger LOG = LoggerFactory.getLogger(StateTopic.class);
  private static final Duration POLL = Duration.ofMillis(200);

  private StateTopic() {}

  static void load(
      KafkaConnection kafka, Offsets offsets, LogName log, int partition, StreamStore store) {
    TopicPartition from = new TopicPartition(log.state(), partition);
    LogBounds bounds = offsets.bounds(List.of(from)).join().get(from);
    if (bounds.begin() == bounds.end()) {
      return;
    }
    try (KafkaConsumer<byte[], byte[]> consumer = Clients.consumer(kafka, Map.of())) {
      consumer.assign(List.of(from));
      consumer.seek(from, bounds.begin());
      while (consumer.position(from) < bounds.end()) {
        List<Change> changes = new ArrayList<>();
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
          change(record).ifPresent(changes::add);
        }
        store.write(partition, new StreamStore.Batch(changes, Optional.empty()));
      }
    }
  }

  private static Optional<Change> change(ConsumerRecord<byte[], byte[]> record) {
    if (record.key() == null) {
      return Optional.empty();
    }
    StatePart part = StatePart.parse(new String(record.key(), StandardCharsets.UTF_8));
    if (record.value() == null) {
      return Optional.of(new StreamStore.DeleteState(part.key(), part.part()));
    }
    try {
      StateRecord state = StateRecord.parseFrom(record.value());
      return Optional.of(
          new StreamStore.PutState(
              part.key(),
              part.part(),
              new StreamStore.StoredState(state.getLogOffset(), state.getState())));
    } catch (InvalidProtocolBufferException e) {
      LOG.warn(
          "record {} of {} is no state; it is folded from the log",
          record.offset(),
          record.topic());
      return Optional.empty();
    }
  }
}
