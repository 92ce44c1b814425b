package io.lockstep.chainlog.kafka;

import com.google.protobuf.InvalidProtocolBufferException;
import io.lockstep.chainlog.LogName;
import io.lockstep.chainlog.owner.LogBounds;
import io.lockstep.chainlog.owner.StateMerge;
import io.lockstep.chainlog.owner.StatePart;
import io.lockstep.chainlog.store.StreamStore;
import io.lockstep.log.v1.StateRecord;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Loads one partition of the compacted state topic into a store. The log is folded over it
 * afterwards, from the oldest position that it still has.
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
      StateMerge merge = new StateMerge(store, partition);
      while (consumer.position(from) < bounds.end()) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
          read(record, merge);
        }
        merge.store();
      }
      merge.end();
    }
  }

  private static void read(ConsumerRecord<byte[], byte[]> record, StateMerge merge) {
    if (record.key() == null) {
      return;
    }
    StatePart part = StatePart.parse(new String(record.key(), StandardCharsets.UTF_8));
    try {
      if (record.value() == null) {
        Header endedAt = record.headers().lastHeader(StatePublisher.LOG_OFFSET);
        if (endedAt == null || endedAt.value() == null) {
          merge.gone(part);
        } else {
          merge.read(part, number(endedAt), Optional.empty());
        }
      } else {
        StateRecord state = StateRecord.parseFrom(record.value());
        merge.read(part, state.getLogOffset(), Optional.of(state.getState()));
      }
    } catch (InvalidProtocolBufferException | NumberFormatException e) {
      LOG.warn(
          "record {} of {} is no state; it is folded from the log",
          record.offset(),
          record.topic());
    }
  }

  private static long number(Header header) {
    return Long.parseLong(new String(header.value(), StandardCharsets.UTF_8));
  }
}
