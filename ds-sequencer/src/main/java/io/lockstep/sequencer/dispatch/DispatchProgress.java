package io.lockstep.sequencer.dispatch;

import io.lockstep.chainlog.ChainHead;
import io.lockstep.chainlog.ChainPosition;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * How far a partition's Commits were dispatched, as text that stands beside a committed offset:
 * {@code v1 <log offset> <source> <fold version> <chain head in hex>}.
 */
public final class DispatchProgress {
  private static final String VERSION = "v1";
  private static final int FIELDS = 5;

  private DispatchProgress() {}

  public static String encode(ChainPosition position) {
    return String.join(
        " ",
        VERSION,
        Long.toString(position.logOffset()),
        Long.toString(position.source()),
        Integer.toString(position.foldVersion()),
        position.head().toString());
  }

  /**
   * Empty when the text was not written by {@link #encode}: somebody has set the offset by hand.
   */
  public static Optional<ChainPosition> decode(String text) {
    List<String> fields = List.of(text.split(" ", -1));
    if (fields.size() != FIELDS || !fields.getFirst().equals(VERSION)) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new ChainPosition(
              Long.parseLong(fields.get(1)),
              ChainHead.of(HexFormat.of().parseHex(fields.get(4))),
              Long.parseLong(fields.get(2)),
              Integer.parseInt(fields.get(3))));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
