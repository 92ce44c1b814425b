package io.lockstep.sequencer.dispatch.kafka;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.lockstep.chainlog.ChainHead;
import io.lockstep.chainlog.ChainPosition;
import io.lockstep.chainlog.Link;
import io.lockstep.chainlog.LogName;
import io.lockstep.chainlog.LogStart;
import io.lockstep.log.v1.Sequenced;
import io.lockstep.log.v1.StreamEntry;
import io.lockstep.sequencer.dispatch.DispatchProgress;
import io.lockstep.sequencer.law.Commands;
import io.lockstep.sequencer.law.StreamFold;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;

/** One session at a time over Kafka's in-memory clients, so that each failure has its moment. */
class DispatchSessionTest {
  private static final LogName LOG = new LogName("lockstep");
  private static final TopicPartition PARTITION = new TopicPartition(LOG.log(), 0);

  private final Tally tally = new Tally();
  private final StreamFold fold = new StreamFold();
  private final Map<Long, byte[]> log = new TreeMap<>();
  private final Map<TopicPartition, OffsetAndMetadata> committed = new HashMap<>();
  private ChainPosition end = ChainPosition.START;
  private Optional<ChainPosition> trimmedTo = Optional.empty();

  private MockConsumer<byte[], byte[]> consumer;
  private MockProducer<byte[], byte[]> producer;
  private DispatchSession session;

  @Test
  void invitationsAreDurableBeforeProgressIsCommitted() {
    append(inviting(2));
    begin();

    assertTrue(session.step());

    assertEquals(2, producer.history().size());
    assertEquals(1, committed().offset());
    assertEquals(end, DispatchProgress.decode(committed().metadata()).orElseThrow());
  }

  @Test
  void failedWriteCommitsNothingAndTheNextSessionDoesItAgain() {
    append(inviting(2));
    begin();
    producer.sendException = new TimeoutException("Kafka is away");

    assertThrows(KafkaException.class, session::step);
    consumer.close();
    assertNull(committed());

    begin();
    assertTrue(session.step());
    assertEquals(2, producer.history().size());
    assertEquals(1, committed().offset());
  }

  @Test
  void answerThatComesLateAndBadCommitsNothing() {
    append(inviting(1));
    begin(new TimeoutException("too late"));

    assertThrows(KafkaException.class, session::step);
    consumer.close();

    assertNull(committed());
  }

  @Test
  void crashAfterSubmittingHandsTheSameInvitationsInAgain() {
    append(inviting(2));
    begin();
    session.step();
    List<byte[]> before = values();
    committed.clear();

    begin();
    session.step();

    List<byte[]> again = values();
    assertEquals(before.size(), again.size());
    IntStream.range(0, again.size()).forEach(i -> assertArrayEquals(before.get(i), again.get(i)));
  }

  @Test
  void nextSessionGoesOnBehindWhatWasCommitted() {
    append(inviting(1));
    begin();
    session.step();
    session.leave();
    append(inviting(1));

    begin();
    session.step();

    assertEquals(1, producer.history().size());
    assertEquals(2, tally.commits.get());
    assertEquals(2, committed().offset());
  }

  @Test
  void recordThatIsNotPartOfTheLogInvitesNobody() {
    append(inviting(1));
    ChainPosition real = end;
    end = new ChainPosition(real.logOffset(), new ChainHead(9, 9, 9, 9), real.source(), 1);
    append(inviting(5));
    begin();

    session.step();

    assertEquals(1, producer.history().size());
    assertEquals(1, committed().offset());
  }

  @Test
  void logThatIsAnotherOneIsDispatchedFromItsBeginning() {
    append(inviting(1));
    append(inviting(1));
    ChainPosition elsewhere = new ChainPosition(1, new ChainHead(9, 9, 9, 9), 1, 1);
    committed.put(PARTITION, new OffsetAndMetadata(2, DispatchProgress.encode(elsewhere)));
    begin();

    assertThrows(IllegalStateException.class, session::step);
    assertEquals(1, tally.stuck.get());
    assertEquals(0, committed().offset());

    begin();
    session.step();
    assertEquals(2, producer.history().size());
  }

  @Test
  void invitationThatIsTooLargeDoesNotHoldUpTheOthers() {
    append(inviting(1));
    begin(new RecordTooLargeException("too large"));

    assertTrue(session.step());

    assertEquals(1, tally.undeliverable.get());
    assertEquals(1, committed().offset());
  }

  @Test
  void logWhoseBeginningIsGoneIsDispatchedFromTheOldestPlaceThatItHas() {
    append(inviting(1));
    ChainPosition dispatched = end;
    committed.put(PARTITION, new OffsetAndMetadata(1, DispatchProgress.encode(dispatched)));
    append(inviting(1));
    ChainPosition oldest = end;
    append(inviting(1));
    trimmedTo = Optional.of(oldest);
    begin();

    session.step();

    assertEquals(1, producer.history().size());
    assertTrue(tally.stuck.get() > 0, "a Commit was not dispatched, which is said");
    assertEquals(3, committed().offset());
  }

  @Test
  void idleLogWithoutAnyRecordHasLostNothing() {
    append(inviting(1));
    committed.put(PARTITION, new OffsetAndMetadata(1, DispatchProgress.encode(end)));
    trimmedTo = Optional.of(end);
    begin();
    append(inviting(1));
    consumer.addRecord(new ConsumerRecord<>(LOG.log(), 0, 1, new byte[0], log.get(1L)));

    session.step();

    assertEquals(1, producer.history().size());
    assertEquals(0, tally.stuck.get());
  }

  /** As the log is: whole, or with nothing before this position's successor. */
  private StartPlaces places() {
    return new StartPlaces() {
      @Override
      public Optional<LogStart> after(int partition, ChainPosition position) {
        return trimmedTo.isEmpty()
            ? Optional.of(new LogStart(position, 0))
            : Optional.<LogStart>empty();
      }

      @Override
      public LogStart oldest(int partition) {
        ChainPosition position = trimmedTo.orElseThrow();
        return new LogStart(position, position.logOffset() + 1);
      }
    };
  }

  private void begin() {
    begin(null);
  }

  /** Answers of the broker come with the flush, all of them good or all of them this failure. */
  private void begin(RuntimeException answer) {
    producer =
        new MockProducer<>(
            cluster(), false, null, new ByteArraySerializer(), new ByteArraySerializer()) {
          @Override
          public synchronized void flush() {
            boolean more = true;
            while (more) {
              more = answer == null ? completeNext() : errorNext(answer);
            }
          }
        };
    consumer =
        new MockConsumer<>("earliest") {
          @Override
          public synchronized Map<TopicPartition, OffsetAndMetadata> committed(
              Set<TopicPartition> partitions) {
            return Map.copyOf(committed);
          }

          @Override
          public synchronized void commitSync(Map<TopicPartition, OffsetAndMetadata> offsets) {
            committed.putAll(offsets);
          }

          @Override
          public synchronized void close() {
            session.onPartitionsRevoked(Set.of(PARTITION));
            super.close();
          }
        };
    session =
        new DispatchSession(
            consumer, new Mailing(producer, fold.commands(), LOG, tally), places(), LOG, tally);
    session.join();
    consumer.updateBeginningOffsets(Map.of(PARTITION, 0L));
    consumer.rebalance(Set.of(PARTITION));
    session.onPartitionsAssigned(Set.of(PARTITION));
    long from = consumer.position(PARTITION);
    log.forEach(
        (offset, value) -> {
          if (offset >= from) {
            consumer.addRecord(new ConsumerRecord<>(LOG.log(), 0, offset, new byte[0], value));
          }
        });
  }

  private void append(StreamEntry entry) {
    long offset = log.size();
    ByteString bytes = ByteString.copyFrom(fold.entries().encode(entry));
    Link link = new Link(end.head(), end.source() + 1, new Link.EntryBody(bytes));
    log.put(offset, link.toBytes());
    end = new ChainPosition(offset, link.head(), link.source(), 1);
  }

  private StreamEntry inviting(int joiners) {
    String[] names = IntStream.range(0, joiners).mapToObj(i -> "n" + i).toArray(String[]::new);
    return StreamEntry.newBuilder()
        .setStreamId(Commands.GROUP)
        .setSequenced(
            Sequenced.newBuilder()
                .setSequence(log.size() + 1L)
                .setCommit(Commands.adding(0, names)))
        .build();
  }

  private List<byte[]> values() {
    return producer.history().stream().map(ProducerRecord::value).toList();
  }

  private OffsetAndMetadata committed() {
    return committed.get(PARTITION);
  }

  private static Cluster cluster() {
    Node node = new Node(0, "127.0.0.1", 1);
    List<PartitionInfo> infos =
        IntStream.range(0, 4)
            .mapToObj(p -> new PartitionInfo(LOG.submissions(), p, node, null, null))
            .toList();
    return new Cluster("cluster", List.of(node), infos, Set.of(), Set.of());
  }
}
