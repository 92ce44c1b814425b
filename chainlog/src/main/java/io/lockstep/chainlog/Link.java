package io.lockstep.chainlog;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.lockstep.log.v1.LogRecord;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * One record of a log topic, parsed but not yet judged.
 *
 * @param prev head of the chain that it continues
 * @param source submission offset that it answers
 */
public record Link(ChainHead prev, long source, Body body) {
  // The entry is a view of the record's bytes, which nobody changes.
  private static final Codec<LogRecord> RECORDS = Codec.viewing(LogRecord.parser());

  /** What the record says. */
  public sealed interface Body {}

  /** An entry in the fold's encoding. */
  public record EntryBody(ByteString bytes) implements Body {}

  /** From here on this version of the fold decides. */
  public record VersionBody(int version) implements Body {}

  /** Empty when the bytes are no log record: such a record is never part of the chain. */
  public static Optional<Link> parse(byte[] value) {
    LogRecord record;
    try {
      record = RECORDS.decode(value);
    } catch (CodecException e) {
      return Optional.empty();
    }
    if (record.getPrev().size() != ChainHead.BYTES || record.getSource() < 0) {
      return Optional.empty();
    }
    ChainHead prev = ChainHead.of(record.getPrev());
    return switch (record.getBodyCase()) {
      case ENTRY ->
          Optional.of(new Link(prev, record.getSource(), new EntryBody(record.getEntry())));
      case FOLD_VERSION ->
          record.getFoldVersion() < 1
              ? Optional.empty()
              : Optional.of(
                  new Link(prev, record.getSource(), new VersionBody(record.getFoldVersion())));
      case BODY_NOT_SET -> Optional.empty();
    };
  }

  /** Value of the record in the log topic. */
  public byte[] toBytes() {
    LogRecord.Builder record =
        LogRecord.newBuilder()
            .setPrev(UnsafeByteOperations.unsafeWrap(prev.toBytes()))
            .setSource(source);
    switch (body) {
      case EntryBody entry -> record.setEntry(entry.bytes());
      case VersionBody version -> record.setFoldVersion(version.version());
    }
    return record.build().toByteArray();
  }

  /** Head of the chain when this record is accepted. */
  public ChainHead head() {
    return switch (body) {
      case EntryBody entry -> Chain.link(prev, source, entry.bytes());
      case VersionBody version -> Chain.link(prev, source, versionBytes(version.version()));
    };
  }

  /** Begins with a zero byte, which no protobuf message does: it can never be an entry's bytes. */
  private static byte[] versionBytes(int version) {
    return ByteBuffer.allocate(1 + Integer.BYTES).put((byte) 0).putInt(version).array();
  }
}
