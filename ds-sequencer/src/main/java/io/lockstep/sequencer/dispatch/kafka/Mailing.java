package io.lockstep.sequencer.dispatch.kafka;

import com.google.protobuf.UnsafeByteOperations;
import io.lockstep.api.StreamKey;
import io.lockstep.chainlog.Codec;
import io.lockstep.chainlog.LogName;
import io.lockstep.chainlog.Partitions;
import io.lockstep.log.v1.StreamCommand;
import io.lockstep.log.v1.SubmissionRecord;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands invitations in. Their being durable in the submissions is enough, since the fold answers
 * every submission; nobody waits for the entries. Fail-stop: after the first failure everything
 * since the last {@link #await} must be handed in again.
 */
final class Mailing {
  private static final Logger LOG = LoggerFactory.getLogger(Mailing.class);

  private final Producer<byte[], byte[]> producer;
  private final Codec<StreamCommand> commands;
  private final String topic;
  private final int partitions;
  private final Tally tally;
  private volatile Exception failure;

  Mailing(
      Producer<byte[], byte[]> producer, Codec<StreamCommand> commands, LogName log, Tally tally) {
    this.producer = producer;
    this.commands = commands;
    this.topic = log.submissions();
    this.partitions = producer.partitionsFor(topic).size();
    this.tally = tally;
  }

  void send(StreamCommand command) {
    String key = StreamKey.of(command);
    SubmissionRecord submission =
        SubmissionRecord.newBuilder()
            .setCommand(UnsafeByteOperations.unsafeWrap(commands.encode(command)))
            .build();
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>(
            topic,
            Partitions.of(key, partitions),
            key.getBytes(StandardCharsets.UTF_8),
            submission.toByteArray());
    tally.invitations.incrementAndGet();
    var _ = producer.send(record, (metadata, e) -> onAnswer(e));
  }

  /** Returns when all that was sent is durable. Throws KafkaException when something is not. */
  void await() {
    producer.flush();
    Exception failed = failure;
    if (failed != null) {
      throw new KafkaException("an invitation was not written", failed);
    }
  }

  private void onAnswer(Exception e) {
    if (e instanceof RecordTooLargeException) {
      // Trying again would hold up every later Welcome of the partition for ever.
      tally.undeliverable.incrementAndGet();
      LOG.error("an invitation is larger than a submission may be and is dropped", e);
    } else if (e != null) {
      failure = e;
    }
  }
}
