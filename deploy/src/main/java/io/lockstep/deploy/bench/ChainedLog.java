package io.lockstep.deploy.bench;

import com.google.protobuf.ByteString;
import io.lockstep.api.EpochPass;
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
import io.lockstep.log.v1.CreateGroup;
import io.lockstep.log.v1.PostMessage;
import io.lockstep.log.v1.StreamCommand;
import io.lockstep.log.v1.StreamEntry;
import io.lockstep.log.v1.StreamState;
import io.lockstep.sequencer.law.StreamFold;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The thing measured: submissions topic, the sequencer's own fold, log topic, a reader that applies
 * the reader's rule. Application messages of several groups in their first epoch.
 */
final class ChainedLog implements Pipeline {
  private static final LogName LOG = new LogName("bench.chained");
  private static final Duration OWNED_MAX = Duration.ofSeconds(60);
  private static final int GROUPS = 32;

  private final FoldService<StreamState, StreamCommand, StreamEntry> owner;
  private final ChainedReader<StreamEntry> reader;
  private final LogClient<StreamCommand, StreamEntry> client;
  private final List<byte[]> groups = new ArrayList<>();
  private final ByteString passHash = ByteString.copyFrom(EpochPass.hash(new byte[0]));
  private final AtomicLong turn = new AtomicLong();
  private final int payloadBytes;

  private ChainedLog(
      FoldService<StreamState, StreamCommand, StreamEntry> owner,
      ChainedReader<StreamEntry> reader,
      LogClient<StreamCommand, StreamEntry> client,
      int payloadBytes) {
    this.owner = owner;
    this.reader = reader;
    this.client = client;
    this.payloadBytes = payloadBytes;
  }

  static ChainedLog start(KafkaConnection kafka, LogTopicSpec topics, int payloadBytes, Path dir)
      throws Exception {
    LogTopics.ensure(kafka, LOG, topics);
    StreamFold fold = new StreamFold();
    LogFormat<StreamCommand, StreamEntry> format = LogFormat.of(fold);
    FoldService<StreamState, StreamCommand, StreamEntry> owner =
        FoldService.start(fold, FoldServiceConfig.of(kafka, LOG, dir, "127.0.0.1:1"));
    ChainedReader<StreamEntry> reader = ChainedReader.start(kafka, LOG, format);
    LogClient<StreamCommand, StreamEntry> client = LogClient.start(kafka, format, reader);
    reader.followAll().join();
    if (!owner.awaitOwned(topics.partitions(), OWNED_MAX)) {
      throw new IllegalStateException("the fold service did not get its partitions in time");
    }
    ChainedLog log = new ChainedLog(owner, reader, client, payloadBytes);
    for (int i = 0; i < GROUPS; i++) {
      log.createGroup();
    }
    return log;
  }

  private void createGroup() {
    byte[] group = random(32);
    StreamCommand create =
        command(group).setCreate(CreateGroup.newBuilder().setPassHash(passHash).build()).build();
    requireSequenced(client.submit(create).join());
    groups.add(group);
  }

  @Override
  public CompletionStage<?> send() {
    byte[] group = groups.get((int) (turn.getAndIncrement() % groups.size()));
    StreamCommand message =
        command(group)
            .setMessage(
                PostMessage.newBuilder()
                    .setMessage(ByteString.copyFrom(privateMessage(group)))
                    .setPassHash(passHash)
                    .build())
            .build();
    return client.submit(message).thenAccept(ChainedLog::requireSequenced);
  }

  private static void requireSequenced(LogEntry<StreamEntry> answer) {
    if (!answer.entry().hasSequenced()) {
      throw new IllegalStateException("not sequenced: " + answer.entry().getOutcomeCase());
    }
  }

  private static StreamCommand.Builder command(byte[] group) {
    return StreamCommand.newBuilder()
        .setSubmissionId(ByteString.copyFrom(random(16)))
        .setStreamId(ByteString.copyFrom(group));
  }

  /** MLSMessage(PrivateMessage) of epoch 0 with random ciphertext (RFC 9420, 6.3). */
  private byte[] privateMessage(byte[] group) {
    int mls10 = 1;
    int wireFormat = 2;
    byte application = 1;
    ByteBuffer message = ByteBuffer.allocate(payloadBytes + 128);
    message.putShort((short) mls10).putShort((short) wireFormat);
    message.put((byte) group.length).put(group);
    message.putLong(0).put(application).put((byte) 0);
    message.put((byte) 28).put(random(28));
    message.putShort((short) (0x4000 | payloadBytes)).put(random(payloadBytes));
    byte[] bytes = new byte[message.position()];
    message.flip().get(bytes);
    return bytes;
  }

  private static byte[] random(int length) {
    byte[] bytes = new byte[length];
    ThreadLocalRandom.current().nextBytes(bytes);
    return bytes;
  }

  @Override
  public void close() {
    client.close();
    reader.close();
    owner.close();
  }
}
