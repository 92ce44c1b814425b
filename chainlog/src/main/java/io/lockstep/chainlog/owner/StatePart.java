package io.lockstep.chainlog.owner;

import io.lockstep.chainlog.StateCodec;
import io.lockstep.chainlog.store.StreamStore;

/**
 * Names one part of a stream's state. In the state topic that is a text: the stream's key for the
 * head, with {@code #} and the number behind it for the other parts.
 */
public record StatePart(String key, int part) {
  private static final char MARK = '#';

  static StatePart of(StreamStore.Change change) {
    return switch (change) {
      case StreamStore.PutState put -> new StatePart(put.key(), put.part());
      case StreamStore.DeleteState delete -> new StatePart(delete.key(), delete.part());
      case StreamStore.PutHistory history ->
          throw new IllegalArgumentException("an entry is no state: " + history.sequence());
    };
  }

  /** Every text is the name of one part, and every part has one name. */
  public static StatePart parse(String text) {
    int mark = text.lastIndexOf(MARK);
    int part = mark < 0 ? -1 : number(text, mark + 1);
    return part < 0
        ? new StatePart(text, StateCodec.HEAD)
        : new StatePart(text.substring(0, mark), part);
  }

  /** A key that looks as if it named a part gets its 0 written out. */
  public String text() {
    boolean bare = part == StateCodec.HEAD && parse(key).key().length() == key.length();
    return bare ? key : key + MARK + part;
  }

  /** -1 when this is no number as {@link #text} writes it. */
  private static int number(String text, int from) {
    int digits = text.length() - from;
    if (digits < 1 || digits > 5 || (digits > 1 && text.charAt(from) == '0')) {
      return -1;
    }
    int number = 0;
    for (int i = from; i < text.length(); i++) {
      char digit = text.charAt(i);
      if (digit < '0' || digit > '9') {
        return -1;
      }
      number = number * 10 + (digit - '0');
    }
    return number < StateCodec.PART_MAX ? number : -1;
  }
}
