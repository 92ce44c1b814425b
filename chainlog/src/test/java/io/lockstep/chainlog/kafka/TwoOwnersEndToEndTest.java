package io.lockstep.chainlog.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.lockstep.chainlog.Chain;
import io.lockstep.chainlog.ChainHead;
import io.lockstep.chainlog.CounterFold;
import io.lockstep.chainlog.CounterFold.Add;
import io.lockstep.chainlog.CounterFold.Added;
import io.lockstep.chainlog.CounterFold.Counter;
import io.lockstep.chainlog.HistoryPage;
import io.lockstep.chainlog.LateView;
import io.lockstep.chainlog.Link;
import io.lockstep.chainlog.LocalView;
import io.lockstep.chainlog.LogEntry;
import io.lockstep.chainlog.LogFormat;
import io.lockstep.chainlog.LogName;
import io.lockstep.chainlog.StateAnswer;
import io.lockstep.chainlog.grpc.CurrentStreams;
import io.lockstep.chainlog.grpc.GrpcEndpoint;
import io.lockstep.chainlog.grpc.OwnerClient;
import io.lockstep.chainlog.grpc.OwnerService;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TwoOwnersEndToEndTest {
  private static final LogTopicSpec TOPICS = new LogTopicSpec(4, 1, 1 << 20);
  private static final ChainHead NOWHERE = Chain.link(ChainHead.ZERO, 0, new byte[] {1});
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @TempDir static Path dir;
  private static EmbeddedBroker broker;

  private final CounterFold fold = new CounterFold();
  private final LogFormat<Add, Added> format = LogFormat.of(fold);

  @BeforeAll
  static void startBroker() {
    broker = EmbeddedBroker.start(dir.resolve("kafka"));
  }

  @AfterAll
  static void stopBroker() {
    broker.close();
  }

  private FoldService<Counter, Add, Added> owner(LogName log, String store, String endpoint) {
    return FoldService.start(
        fold,
        FoldServiceConfig.of(broker.connection(), log, dir.resolve(log.name() + store), endpoint)
            .withSessionTimeout(Duration.ofSeconds(3)));
  }

  @Test
  void aSecondOwnerTakesHalfAndThenAllAndNoSubmissionIsLostOrAnsweredTwice() throws Exception {
    LogName log = new LogName("takeover");
    LogTopics.ensure(broker.connection(), log, TOPICS);
    int firstPort = LoopbackPorts.free();
    int secondPort = LoopbackPorts.free();
    FoldService<Counter, Add, Added> first = owner(log, "1", "127.0.0.1:" + firstPort);
    GrpcEndpoint firstGrpc = serve(first, firstPort);
    try (ChainedReader<Added> reader = ChainedReader.start(broker.connection(), log, format);
        LogClient<Add, Added> client = LogClient.start(broker.connection(), format, reader);
        OwnerClient<Counter, Added> asks = asks(log, PATIENCE)) {
      assertTrue(first.awaitOwned(4, PATIENCE));
      List<CompletableFuture<LogEntry<Added>>> answers = new ArrayList<>(submit(client, 200));
      try (FoldService<Counter, Add, Added> second = owner(log, "2", "127.0.0.1:" + secondPort);
          GrpcEndpoint secondGrpc = serve(second, secondPort)) {
        while (!second.awaitOwned(2, Duration.ofMillis(50))) {
          answers.addAll(submit(client, 20));
        }
        answers.addAll(submit(client, 200));
        assertEquals(
            10, asks.history("key7", -1, 0, 10, 100_000).get(10, TimeUnit.SECONDS).items().size());
        first.close();
        firstGrpc.close();
        while (!second.awaitOwned(4, Duration.ofMillis(50))) {
          answers.addAll(submit(client, 20));
        }
        answers.addAll(submit(client, 200));
        for (CompletableFuture<LogEntry<Added>> answer : answers) {
          answer.get(20, TimeUnit.SECONDS);
        }
        List<LogEntry<Added>> entries =
            WholeLog.readUntil(broker.connection(), log, format, l -> l.size() >= answers.size());
        assertEquals(answers.size(), entries.size());
        long total = answers.size() / 20;
        for (int k = 0; k < 20; k++) {
          String key = "key" + k;
          long asOf = reader.readTo(key);
          Counter counter = asks.state(key, asOf).get(10, TimeUnit.SECONDS).state().orElseThrow();
          assertEquals(total, counter.total());
          HistoryPage<Added> page =
              asks.history(key, asOf, total - 3, 10, 100_000).get(10, TimeUnit.SECONDS);
          assertEquals(3, page.items().size());
          assertEquals(total, page.items().getLast().entry().total());
        }
        assertEquals(Optional.empty(), asks.state("nobody", -1).get(10, TimeUnit.SECONDS).state());
        System.out.println(
            "takeover: "
                + answers.size()
                + " answered, "
                + reader.counts()
                + " "
                + second.counts()
                + " served by "
                + secondGrpc.port());
      }
    }
  }

  @Test
  void whoeverReadAnEntryIsNeverToldLessByItsOwner() throws Exception {
    LogName log = new LogName("as.of");
    LogTopics.ensure(broker.connection(), log, TOPICS);
    int port = LoopbackPorts.free();
    try (FoldService<Counter, Add, Added> owner = owner(log, "1", "127.0.0.1:" + port);
        GrpcEndpoint grpc = serve(owner, port);
        ChainedReader<Added> reader = ChainedReader.start(broker.connection(), log, format);
        LogClient<Add, Added> client = LogClient.start(broker.connection(), format, reader);
        OwnerClient<Counter, Added> asks = asks(log, PATIENCE)) {
      assertTrue(owner.awaitOwned(4, PATIENCE));
      assertEquals(port, grpc.port());
      CurrentStreams<Counter, Added> here = new CurrentStreams<>(reader, owner.view(), asks);
      CurrentStreams<Counter, Added> there =
          new CurrentStreams<>(
              reader, new LocalView<>(new LateView(log, 4), fold.states(), fold.entries()), asks);
      for (int n = 1; n <= 300; n++) {
        CompletableFuture<LogEntry<Added>> answer = client.submit(new Add("key", 1));
        long offset = answer.get(20, TimeUnit.SECONDS).logOffset();
        for (CurrentStreams<Counter, Added> streams : List.of(here, there)) {
          StateAnswer<Counter> state = streams.state("key").get(20, TimeUnit.SECONDS);
          assertEquals(n, state.state().orElseThrow().total());
          assertTrue(state.foldedTo() >= offset);
          HistoryPage<Added> page =
              streams.history("key", n - 1, 10, 100_000).get(20, TimeUnit.SECONDS);
          assertEquals(1, page.items().size());
        }
      }
    }
  }

  @Test
  void aStandbyAnswersWhenTheOwnerSaysNothing() throws Exception {
    LogName log = new LogName("silent");
    LogTopics.ensure(broker.connection(), log, TOPICS);
    int port = LoopbackPorts.free();
    // Connections to it are made and nobody reads them.
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        FoldService<Counter, Add, Added> first =
            owner(log, "1", "127.0.0.1:" + silent.getLocalPort());
        ChainedReader<Added> reader = ChainedReader.start(broker.connection(), log, format);
        LogClient<Add, Added> client = LogClient.start(broker.connection(), format, reader)) {
      assertTrue(first.awaitOwned(4, PATIENCE));
      try (FoldService<Counter, Add, Added> second = owner(log, "2", "127.0.0.1:" + port);
          GrpcEndpoint grpc = serve(second, port);
          OwnerClient<Counter, Added> asks = asks(log, PATIENCE.multipliedBy(4))) {
        assertEquals(port, grpc.port());
        assertTrue(second.awaitOwned(2, PATIENCE));
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (second.standingBy().size() < 2 && System.nanoTime() - deadline < 0) {
          LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
        }
        for (int k = 0; k < 20; k++) {
          String key = "key" + k;
          client.submit(new Add(key, 1)).get(20, TimeUnit.SECONDS);
          StateAnswer<Counter> answer =
              asks.state(key, reader.readTo(key)).get(3, TimeUnit.MINUTES);
          assertEquals(1, answer.state().orElseThrow().total());
        }
      }
    }
  }

  @Test
  void copiesOfASecondWriterAndGarbageAreSkippedByReadersAndOwner() throws Exception {
    LogName log = new LogName("copies");
    LogTopics.ensure(broker.connection(), log, TOPICS);
    try (FoldService<Counter, Add, Added> owner = owner(log, "1", "127.0.0.1:1");
        ChainedReader<Added> reader = ChainedReader.start(broker.connection(), log, format);
        LogClient<Add, Added> client = LogClient.start(broker.connection(), format, reader);
        KafkaProducer<byte[], byte[]> intruder = Clients.producer(broker.connection(), Map.of());
        KafkaConsumer<byte[], byte[]> raw = Clients.consumer(broker.connection(), Map.of())) {
      assertTrue(owner.awaitOwned(4, PATIENCE));
      List<TopicPartition> all = new ArrayList<>();
      for (int p = 0; p < 4; p++) {
        all.add(new TopicPartition(log.log(), p));
      }
      raw.assign(all);
      raw.seekToBeginning(all);
      List<CompletableFuture<LogEntry<Added>>> answers = new ArrayList<>();
      int copies = 0;
      for (int round = 0; round < 50; round++) {
        answers.addAll(submit(client, 20));
        for (ConsumerRecord<byte[], byte[]> record : raw.poll(Duration.ofMillis(20))) {
          Optional<Link> link = Link.parse(record.value());
          if (link.isPresent() && record.headers().lastHeader("source") != null) {
            // The same bytes again, a link to nowhere, and no link at all.
            send(intruder, record, record.value());
            send(
                intruder,
                record,
                new Link(NOWHERE, link.get().source() + 1000, link.get().body()).toBytes());
            send(intruder, record, "garbage".getBytes(StandardCharsets.UTF_8));
            copies++;
          }
        }
      }
      intruder.flush();
      for (CompletableFuture<LogEntry<Added>> answer : answers) {
        answer.get(20, TimeUnit.SECONDS);
      }
      List<LogEntry<Added>> entries =
          WholeLog.readUntil(broker.connection(), log, format, l -> l.size() >= answers.size());
      System.out.println(
          "copies: "
              + copies
              + " of "
              + answers.size()
              + "; "
              + reader.counts()
              + " "
              + owner.counts());
      assertTrue(copies > 100);
      assertTrue(reader.counts().skipped() > copies);
      assertTrue(entries.size() >= answers.size());
      for (CompletableFuture<LogEntry<Added>> answer : answers) {
        assertEquals(
            1,
            entries.stream()
                .filter(
                    e ->
                        e.source() == answer.join().source()
                            && e.partition() == answer.join().partition())
                .count());
      }
    }
  }

  private static void send(
      KafkaProducer<byte[], byte[]> producer, ConsumerRecord<byte[], byte[]> like, byte[] value) {
    var _ = producer.send(new ProducerRecord<>(like.topic(), like.partition(), like.key(), value));
  }

  private static List<CompletableFuture<LogEntry<Added>>> submit(
      LogClient<Add, Added> client, int count) {
    List<CompletableFuture<LogEntry<Added>>> answers = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      answers.add(client.submit(new Add("key" + i % 20, 1)));
    }
    return answers;
  }

  private static GrpcEndpoint serve(FoldService<Counter, Add, Added> owner, int port)
      throws Exception {
    return GrpcEndpoint.start(
        new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
        Optional.empty(),
        1 << 20,
        List.of(new OwnerService(List.of(owner.streams()))));
  }

  private OwnerClient<Counter, Added> asks(LogName log, Duration deadline) {
    return OwnerClient.start(
        broker.connection(),
        log,
        fold.states(),
        fold.entries(),
        TwoOwnersEndToEndTest::channel,
        deadline);
  }

  private static ManagedChannel channel(String endpoint) {
    return NettyChannelBuilder.forTarget(endpoint).usePlaintext().build();
  }
}
