package io.lockstep.chainlog.kafka;

import com.google.protobuf.InvalidProtocolBufferException;
import io.lockstep.chainlog.ChainHead;
import io.lockstep.chainlog.Link;
import io.lockstep.log.v1.StateRecord;
import io.lockstep.log.v1.SubmissionRecord;
import io.lockstep.log.v1.Watermark;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.MessageFormatter;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.record.TimestampType;

/**
 * For {@code kafka-console-consumer --formatter}: records of a log's four topics, one JSON line
 * each, without payloads. It shows every record, also those that the reader's rule skips, since it
 * does not know the chain; kind, seq, epoch and verdict are what the record's headers say.
 */
public final class LogEntryFormatter implements MessageFormatter {
  /** Headers that owners write. Others are not shown: they may hold anything. */
  private static final List<String> HEADERS = List.of("kind", "seq", "epoch", "verdict");

  @Override
  public void configure(Map<String, ?> configs) {
    // There is nothing to configure.
  }

  @Override
  public void writeTo(ConsumerRecord<byte[], byte[]> record, PrintStream output) {
    output.println(line(record));
  }

  @Override
  public void close() {
    // Nothing is held.
  }

  static String line(ConsumerRecord<byte[], byte[]> record) {
    JsonLine line =
        new JsonLine()
            .text("topic", record.topic())
            .number("partition", record.partition())
            .number("offset", record.offset());
    if (record.timestampType() != TimestampType.NO_TIMESTAMP_TYPE) {
      line.time("time", record.timestamp());
    }
    if (record.key() != null) {
      line.text("key", new String(record.key(), StandardCharsets.UTF_8));
    }
    byte[] value = record.value() == null ? new byte[0] : record.value();
    String topic = record.topic();
    try {
      if (topic.endsWith(".submissions")) {
        submission(line, value);
      } else if (topic.endsWith(".log")) {
        entry(line, record, value);
      } else if (topic.endsWith(".state")) {
        state(line, record.value());
      } else if (topic.endsWith(".watermarks")) {
        watermark(line, record.value());
      } else {
        line.text("error", "not a topic of a log").number("bytes", value.length);
      }
    } catch (InvalidProtocolBufferException e) {
      unreadable(line, value);
    }
    return line.toString();
  }

  private static void submission(JsonLine line, byte[] value)
      throws InvalidProtocolBufferException {
    SubmissionRecord submission = SubmissionRecord.parseFrom(value);
    switch (submission.getBodyCase()) {
      case COMMAND -> line.text("kind", "command").number("bytes", submission.getCommand().size());
      case FOLD_VERSION ->
          line.text("kind", "fold-version").number("version", submission.getFoldVersion());
      case BODY_NOT_SET -> unreadable(line, value);
    }
  }

  private static void entry(JsonLine line, ConsumerRecord<byte[], byte[]> record, byte[] value) {
    Optional<Link> parsed = Link.parse(value);
    if (parsed.isEmpty()) {
      unreadable(line, value);
      return;
    }
    Link link = parsed.get();
    line.number("source", link.source());
    switch (link.body()) {
      case Link.EntryBody entry -> {
        HEADERS.forEach(name -> header(line, record, name));
        line.number("bytes", entry.bytes().size());
      }
      case Link.VersionBody version ->
          line.text("kind", "fold-version").number("version", version.version());
    }
    line.text("prev", link.prev().toString()).text("head", link.head().toString());
  }

  private static void header(JsonLine line, ConsumerRecord<byte[], byte[]> record, String name) {
    Header header = record.headers().lastHeader(name);
    if (header != null && header.value() != null) {
      line.text(name, new String(header.value(), StandardCharsets.UTF_8));
    }
  }

  private static void state(JsonLine line, byte[] value) throws InvalidProtocolBufferException {
    if (value == null) {
      line.flag("deleted");
      return;
    }
    StateRecord state = StateRecord.parseFrom(value);
    line.number("log_offset", state.getLogOffset()).number("bytes", state.getState().size());
  }

  private static void watermark(JsonLine line, byte[] value) throws InvalidProtocolBufferException {
    if (value == null) {
      line.flag("deleted");
      return;
    }
    Watermark watermark = Watermark.parseFrom(value);
    if (watermark.getHead().size() != ChainHead.BYTES) {
      unreadable(line, value);
      return;
    }
    line.number("log_offset", watermark.getLogOffset())
        .number("source", watermark.getSource())
        .text("head", ChainHead.of(watermark.getHead()).toString())
        .number("fold_version", watermark.getFoldVersion())
        .number("partitions", watermark.getPartitions())
        .text("endpoint", watermark.getEndpoint());
  }

  private static void unreadable(JsonLine line, byte[] value) {
    line.text("error", "unreadable").number("bytes", value.length);
  }
}
