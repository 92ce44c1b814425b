package io.lockstep.sequencer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.lockstep.api.StreamKey;
import io.lockstep.api.v1.WelcomeItem;
import io.lockstep.chainlog.Codec;
import io.lockstep.chainlog.HistoryPage;
import io.lockstep.chainlog.LogFormat;
import io.lockstep.chainlog.grpc.OwnerClient;
import io.lockstep.chainlog.kafka.ChainedReader;
import io.lockstep.chainlog.kafka.EmbeddedBroker;
import io.lockstep.chainlog.kafka.KafkaConnection;
import io.lockstep.chainlog.kafka.LogClient;
import io.lockstep.log.v1.Rejected;
import io.lockstep.log.v1.StreamCommand;
import io.lockstep.log.v1.StreamEntry;
import io.lockstep.log.v1.StreamState;
import io.lockstep.sequencer.dispatch.DispatchProgress;
import io.lockstep.sequencer.dispatch.kafka.WelcomeDispatcher;
import io.lockstep.sequencer.law.Commands;
import io.lockstep.sequencer.law.Frames;
import io.lockstep.sequencer.law.Ids;
import io.lockstep.sequencer.law.StreamFold;
import io.lockstep.sequencer.probe.DenseSequence;
import io.lockstep.sequencer.probe.Law;
import io.lockstep.sequencer.probe.NoSenderStored;
import io.lockstep.sequencer.probe.OneCommitPerEpoch;
import io.lockstep.sequencer.probe.RemovedIsOut;
import io.lockstep.sequencer.probe.ReplayEqualsLive;
import io.lockstep.sequencer.probe.SameIdSameOutcome;
import io.lockstep.sequencer.probe.WelcomeOnlyAfterCommit;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A sequencer over a real broker in this process. */
class SequencerEndToEndTest {
  private static final StreamFold FOLD = new StreamFold();
  private static final String GROUP = StreamKey.ofGroup(Commands.GROUP);
  private static final String DISPATCHERS = WelcomeDispatcher.groupOf(SequencerNode.LOG);
  private static final int PARTITIONS = SequencerConfig.PARTITIONS_EMBEDDED;
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @TempDir Path dir;

  @Test
  void groupLivesThroughRestartsAndEveryJoinerIsToldOnce() throws Exception {
    try (EmbeddedBroker broker = EmbeddedBroker.start(dir.resolve("kafka"))) {
      KafkaConnection kafka = broker.connection();
      try (SequencerNode node = node(kafka, "data");
          Client client = new Client(kafka)) {
        assertTrue(client.submit(Commands.create(1)).hasSequenced());
        assertTrue(client.submit(Commands.application(2, 0)).hasSequenced());
        race(client);
        client.awaitWelcomes(1, 1);
        client.awaitWelcomes(2, 1);
        assertHistory(client, 3);
        WelcomeItem item = client.welcome(2);
        assertEquals(3, item.getSequence());
        assertEquals(Commands.GROUP, item.getGroupId());
        assertEquals(1, node.dispatched().commits());
      }
      try (SequencerNode node = node(kafka, "data");
          Client client = new Client(kafka)) {
        assertTrue(client.submit(Commands.application(2, 0)).hasDuplicate());
        assertTrue(client.submit(Commands.commit(20, Commands.adding(1, "dave"))).hasSequenced());
        client.awaitWelcomes(1, 2);
        assertHistory(client, 4);
        assertEquals(1, node.dispatched().commits());
        awaitNoLag(kafka);
      }
      forgetProgress(kafka);
      try (SequencerNode node = node(kafka, "an-empty-directory");
          Client client = new Client(kafka)) {
        assertHistory(client, 4);
        Await.until("both Commits dispatched again", () -> node.dispatched().commits() == 2);
        awaitNoLag(kafka);
        assertTrue(client.submit(Commands.proposal(30, 2)).hasSequenced());
        assertEquals(2, client.state(StreamKey.ofInbox(Ids.inbox(1))).getSequence());
        assertEquals(1, client.state(StreamKey.ofInbox(Ids.inbox(2))).getSequence());
      }
      assertLawful(kafka, 3);
    }
  }

  @Test
  void dispatcherSurvivesKafkaBeingAway() throws Exception {
    EmbeddedBroker broker = EmbeddedBroker.start(dir.resolve("kafka"));
    KafkaConnection kafka = broker.connection();
    try (SequencerNode node = node(kafka, "data")) {
      try (Client client = new Client(kafka)) {
        assertTrue(client.submit(Commands.create(1)).hasSequenced());
      }
      broker.close();
      broker = EmbeddedBroker.start(dir.resolve("kafka"));
      assertEquals(kafka.bootstrap(), broker.bootstrap());
      try (Client client = new Client(kafka)) {
        assertTrue(client.submit(Commands.commit(2, Commands.adding(0, "bob"))).hasSequenced());
        client.awaitWelcomes(1, 1);
      }
      assertEquals(1, node.dispatched().commits());
    } finally {
      broker.close();
    }
  }

  @Test
  void secondNodeGoesOnWhenTheFirstLeaves() throws Exception {
    try (EmbeddedBroker broker = EmbeddedBroker.start(dir.resolve("kafka"))) {
      KafkaConnection kafka = broker.connection();
      SequencerNode first = node(kafka, "first");
      try (SequencerNode second =
              SequencerNode.start(SequencerConfig.embedded(kafka, dir.resolve("second")));
          Client client = new Client(kafka)) {
        assertTrue(second.awaitOwned(1, PATIENCE));
        assertTrue(client.submit(Commands.create(1)).hasSequenced());
        assertTrue(client.submit(Commands.commit(2, Commands.adding(0, "bob"))).hasSequenced());
        client.awaitWelcomes(1, 1);
        first.close();
        assertTrue(second.awaitOwned(PARTITIONS, PATIENCE));
        assertTrue(client.submit(Commands.commit(3, Commands.adding(1, "carol"))).hasSequenced());
        client.awaitWelcomes(1, 2);
      } finally {
        first.close();
      }
      assertLawful(kafka, 2);
    }
  }

  /** Ten Commits for epoch 0 at once: one wins, and all others are told which. */
  private static void race(Client client) throws Exception {
    List<CompletableFuture<StreamEntry>> answers =
        LongStream.range(0, 10)
            .mapToObj(
                i -> client.begin(Commands.commit(10 + i, Commands.adding(0, "bob", "carol"))))
            .toList();
    int won = 0;
    for (CompletableFuture<StreamEntry> answer : answers) {
      StreamEntry entry = answer.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      if (entry.hasSequenced()) {
        won++;
        assertEquals(3, entry.getSequenced().getSequence());
      } else {
        assertEquals(Rejected.Reason.WRONG_EPOCH, entry.getRejected().getReason());
        assertEquals(3, entry.getRejected().getWinnerSequence());
      }
    }
    assertEquals(1, won);
  }

  private static void assertHistory(Client client, int entries) throws Exception {
    HistoryPage<StreamEntry> page =
        client.owners.history(GROUP, -1, 0, 100, 1 << 20).get(30, TimeUnit.SECONDS);
    assertEquals(
        LongStream.rangeClosed(1, entries).boxed().toList(),
        page.items().stream().map(HistoryPage.Item::sequence).toList());
    assertEquals(
        Frames.application(Commands.GROUP, 0, "text 2"),
        page.items().get(1).entry().getSequenced().getApplication());
    StreamEntry last = page.items().getLast().entry();
    assertEquals(last.getSequenced().getChain(), client.state(GROUP).getChain());
  }

  private static void assertLawful(KafkaConnection kafka, int welcomes) throws Exception {
    WelcomeOnlyAfterCommit told = new WelcomeOnlyAfterCommit();
    List<Law> laws =
        List.of(
            new DenseSequence(),
            new OneCommitPerEpoch(),
            new SameIdSameOutcome(),
            new ReplayEqualsLive(new StreamFold()),
            new RemovedIsOut(),
            new NoSenderStored(),
            told);
    Watched.everything(kafka).forEach(seen -> laws.forEach(law -> law.observe(seen)));
    assertEquals(0, told.unexplained());
    assertEquals(0, told.undelivered());
    assertEquals(welcomes, told.delivered());
  }

  /** As kafka-consumer-groups shows it: the committed offset of each partition is its end. */
  private static void awaitNoLag(KafkaConnection kafka) throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrap()))) {
      List<TopicPartition> log =
          IntStream.range(0, PARTITIONS)
              .mapToObj(p -> new TopicPartition(SequencerNode.LOG.log(), p))
              .toList();
      Await.until(
          "no lag",
          () -> {
            Map<TopicPartition, OffsetAndMetadata> progress = progress(admin);
            for (TopicPartition partition : log) {
              long end = end(admin, partition);
              OffsetAndMetadata committed = progress.get(partition);
              boolean behind = end > 0 && (committed == null || committed.offset() < end);
              if (behind) {
                return false;
              }
            }
            return true;
          });
      for (OffsetAndMetadata committed : progress(admin).values()) {
        assertEquals(
            committed.offset() - 1,
            DispatchProgress.decode(committed.metadata()).orElseThrow().logOffset());
      }
    }
  }

  /** As if the dispatcher had crashed each time after submitting and before committing. */
  private static void forgetProgress(KafkaConnection kafka) throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrap()))) {
      assertFalse(progress(admin).isEmpty());
      admin.deleteConsumerGroups(List.of(DISPATCHERS)).all().get();
    }
  }

  private static Map<TopicPartition, OffsetAndMetadata> progress(Admin admin) throws Exception {
    return admin.listConsumerGroupOffsets(DISPATCHERS).partitionsToOffsetAndMetadata().get();
  }

  private static long end(Admin admin, TopicPartition partition) throws Exception {
    return admin
        .listOffsets(Map.of(partition, org.apache.kafka.clients.admin.OffsetSpec.latest()))
        .partitionResult(partition)
        .get()
        .offset();
  }

  private SequencerNode node(KafkaConnection kafka, String data) throws Exception {
    SequencerNode node = SequencerNode.start(SequencerConfig.embedded(kafka, dir.resolve(data)));
    assertTrue(node.awaitOwned(PARTITIONS, PATIENCE));
    return node;
  }

  /** Submits and asks, as a gateway does. */
  private static final class Client implements AutoCloseable {
    final ChainedReader<StreamEntry> reader;
    final LogClient<StreamCommand, StreamEntry> log;
    final OwnerClient<StreamState, StreamEntry> owners;

    Client(KafkaConnection kafka) {
      LogFormat<StreamCommand, StreamEntry> format = LogFormat.of(FOLD);
      reader = ChainedReader.start(kafka, SequencerNode.LOG, format);
      log = LogClient.start(kafka, format, reader);
      owners =
          OwnerClient.start(
              kafka,
              SequencerNode.LOG,
              Codec.proto(StreamState.parser()),
              FOLD.entries(),
              target ->
                  Grpc.newChannelBuilder(target, InsecureChannelCredentials.create()).build());
    }

    CompletableFuture<StreamEntry> begin(StreamCommand command) {
      return log.submit(command).thenApply(answer -> answer.entry());
    }

    StreamEntry submit(StreamCommand command) throws Exception {
      return begin(command).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    StreamState state(String key) throws Exception {
      return owners
          .state(key, reader.readTo(key))
          .get(PATIENCE.toSeconds(), TimeUnit.SECONDS)
          .state()
          .orElse(StreamState.getDefaultInstance());
    }

    void awaitWelcomes(long inbox, long count) throws Exception {
      Await.until(
          count + " welcomes in inbox " + inbox,
          () -> state(StreamKey.ofInbox(Ids.inbox(inbox))).getSequence() == count);
    }

    WelcomeItem welcome(long inbox) throws Exception {
      StreamEntry entry =
          owners
              .history(StreamKey.ofInbox(Ids.inbox(inbox)), -1, 0, 1, 1 << 20)
              .get(PATIENCE.toSeconds(), TimeUnit.SECONDS)
              .items()
              .getFirst()
              .entry();
      return WelcomeItem.parseFrom(entry.getSequenced().getItem().getWelcome());
    }

    @Override
    public void close() {
      owners.close();
      log.close();
      reader.close();
    }
  }
}
