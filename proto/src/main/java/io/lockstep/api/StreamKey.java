package io.lockstep.api;

import com.google.protobuf.ByteString;
import io.lockstep.log.v1.StreamCommand;
import io.lockstep.log.v1.StreamEntry;
import java.util.HexFormat;
import java.util.Optional;

/**
 * Text keys of streams, as they stand on every Kafka record: {@code g:} or {@code i:} and the
 * stream id in lower-case hex.
 */
public final class StreamKey {
  private static final String GROUP = "g:";
  private static final String INBOX = "i:";

  private StreamKey() {}

  public static String ofGroup(ByteString groupId) {
    return GROUP + hex(groupId);
  }

  public static String ofInbox(ByteString inboxId) {
    return INBOX + hex(inboxId);
  }

  /** Key of the stream that a command is for: an inbox for an item, else a group. */
  public static String of(StreamCommand command) {
    return command.hasItem() ? ofInbox(command.getStreamId()) : ofGroup(command.getStreamId());
  }

  /** Key of the stream that an entry belongs to. */
  public static String of(StreamEntry entry) {
    return entry.getInbox() ? ofInbox(entry.getStreamId()) : ofGroup(entry.getStreamId());
  }

  public static boolean isInbox(String key) {
    return key.startsWith(INBOX);
  }

  /** The stream id in a key; empty when the text is no key. */
  public static Optional<ByteString> streamId(String key) {
    if (!key.startsWith(GROUP) && !key.startsWith(INBOX)) {
      return Optional.empty();
    }
    String hex = key.substring(GROUP.length());
    try {
      ByteString id = ByteString.copyFrom(HexFormat.of().parseHex(hex));
      return hex(id).equals(hex) ? Optional.of(id) : Optional.empty();
    } catch (IllegalArgumentException notHex) {
      return Optional.empty();
    }
  }

  private static String hex(ByteString bytes) {
    return HexFormat.of().formatHex(bytes.toByteArray());
  }
}
