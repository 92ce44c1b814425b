package io.lockstep.client.cli;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** What chats send to each other inside MLS: one byte says what it is, UTF-8 follows. */
sealed interface ChatMessage {
  int TEXT = 1;
  int GROUP_NAME = 2;

  /** A line that somebody typed. */
  record Text(String text) implements ChatMessage {}

  /** What the group is called; sent to those who were added. */
  record GroupName(String name) implements ChatMessage {}

  /** From an application of another make. */
  record Foreign(int length) implements ChatMessage {}

  default byte[] encode() {
    return switch (this) {
      case Text(String text) -> encode(TEXT, text);
      case GroupName(String name) -> encode(GROUP_NAME, name);
      case Foreign ignored -> throw new IllegalArgumentException("not ours to send");
    };
  }

  static ChatMessage decode(byte[] bytes) {
    if (bytes.length == 0) {
      return new Foreign(0);
    }
    String text = printable(new String(bytes, 1, bytes.length - 1, StandardCharsets.UTF_8));
    return switch (bytes[0]) {
      case TEXT -> new Text(text);
      case GROUP_NAME -> new GroupName(text);
      default -> new Foreign(bytes.length);
    };
  }

  private static byte[] encode(int kind, String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    byte[] bytes = new byte[utf8.length + 1];
    bytes[0] = (byte) kind;
    System.arraycopy(utf8, 0, bytes, 1, utf8.length);
    return bytes;
  }

  /** Without control and direction characters: others' text must not steer our terminal. */
  private static String printable(String text) {
    int[] kept = Arrays.stream(text.codePoints().toArray()).map(c -> steers(c) ? ' ' : c).toArray();
    return new String(kept, 0, kept.length);
  }

  private static boolean steers(int codePoint) {
    return Character.isISOControl(codePoint)
        || (Character.getType(codePoint) == Character.FORMAT && codePoint != 0x200D);
  }
}
