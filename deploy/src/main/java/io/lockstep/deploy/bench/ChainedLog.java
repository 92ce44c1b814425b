package io.lockstep.deploy.bench;

import io.lockstep.chainlog.LogEntry;
import io.lockstep.chainlog.LogFormat;
import io.lockstep.chainlog.LogName;
import io.lockstep.chainlog.kafka.ChainedReader;
import io.lockstep.chainlog.kafka.FoldService;
import io.lockstep.chainlog.kafka.FoldServiceConfig;
import io.lockstep.chainlog.kafka.KafkaConnection;
import io.lockstep.chainlog.kafka.LogClient;
import io.lockstep.chainlog.kafka.LogTopicSpec;
import io.lockstep.chainlog.kafka.LogTopics;
import io.lockstep.log.v1.StreamCommand;
import io.lockstep.log.v1.StreamEntry;
import io.lockstep.sequencer.law.FoldedStream;
import io.lockstep.sequencer.law.StreamFold;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The thing measured: submissions topic, the sequencer's own fold, log topic, a reader that applies
 * the reader's rule. Application messages of several groups in their first epoch.
 */
final class ChainedLog implements Pipeline {
  private static final LogName LOG = new LogName("bench.chained");
  private static final Duration OWNED_MAX = Duration.ofSeconds(60);
  private static final int GROUPS = 32;

  private final FoldService<FoldedStream, StreamCommand, StreamEntry> owner;
  private final ChainedReader<StreamEntry> reader;
  private final LogClient<StreamCommand, StreamEntry> client;
  private final GroupTraffic traffic;
  private final AtomicLong turn = new AtomicLong();

  private ChainedLog(
      FoldService<FoldedStream, StreamCommand, StreamEntry> owner,
      ChainedReader<StreamEntry> reader,
      LogClient<StreamCommand, StreamEntry> client,
      GroupTraffic traffic) {
    this.owner = owner;
    this.reader = reader;
    this.client = client;
    this.traffic = traffic;
  }

  static ChainedLog start(KafkaConnection kafka, LogTopicSpec topics, int payloadBytes, Path dir)
      throws Exception {
    LogTopics.ensure(kafka, LOG, topics);
    StreamFold fold = new StreamFold();
    LogFormat<StreamCommand, StreamEntry> format = LogFormat.of(fold);
    FoldService<FoldedStream, StreamCommand, StreamEntry> owner =
        FoldService.start(fold, FoldServiceConfig.of(kafka, LOG, dir, "127.0.0.1:1"));
    ChainedReader<StreamEntry> reader = ChainedReader.start(kafka, LOG, format);
    LogClient<StreamCommand, StreamEntry> client = LogClient.start(kafka, format, reader);
    reader.followAll().join();
    if (!owner.awaitOwned(topics.partitions(), OWNED_MAX)) {
      throw new IllegalStateException("the fold service did not get its partitions in time");
    }
    ChainedLog log = new ChainedLog(owner, reader, client, new GroupTraffic(payloadBytes));
    log.createGroups();
    return log;
  }

  private void createGroups() {
    List<CompletableFuture<LogEntry<StreamEntry>>> answers = new ArrayList<>();
    for (int i = 0; i < GROUPS; i++) {
      answers.add(client.submit(traffic.create(i)));
    }
    answers.forEach(answer -> requireSequenced(answer.join()));
  }

  @Override
  public CompletionStage<?> send() {
    int group = (int) (turn.getAndIncrement() % GROUPS);
    return client.submit(traffic.message(group)).thenAccept(ChainedLog::requireSequenced);
  }

  private static void requireSequenced(LogEntry<StreamEntry> answer) {
    if (!answer.entry().hasSequenced()) {
      throw new IllegalStateException("not sequenced: " + answer.entry().getOutcomeCase());
    }
  }

  @Override
  public void close() {
    client.close();
    reader.close();
    owner.close();
  }
}
