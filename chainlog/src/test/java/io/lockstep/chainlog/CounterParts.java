package io.lockstep.chainlog;

import com.google.protobuf.ByteString;
import io.lockstep.chainlog.CounterFold.Counter;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * A counter as parts: the newest totals in segments of {@link #SLOTS}, of which the full ones are
 * sealed. Since a counter can be reset and then counts from 1 again, head and parts name the entry
 * that it began with.
 */
final class CounterParts implements StateCodec<Counter> {
  static final int RECENT = 8;
  static final int SLOTS = 4;
  private static final int PLACES = RECENT / SLOTS;

  static long index(long sequence) {
    return (sequence - 1) / SLOTS;
  }

  /** The segments that count: from this one on, up to the one before the open one. */
  static long first(long sequence) {
    return index(Math.max(1, sequence - RECENT + 1));
  }

  private static long open(long sequence) {
    return sequence / SLOTS;
  }

  @Override
  public byte[] encode(Counter c) {
    String open = text(segment(c, open(c.sequence())));
    return bytes(c.sequence() + "|" + c.total() + "|" + c.born() + "|" + open);
  }

  @Override
  public Counter decode(byte[] bytes) throws CodecException {
    String[] fields = fields(bytes, 4);
    try {
      return new Counter(
          Long.parseLong(fields[0]),
          Long.parseLong(fields[1]),
          Long.parseLong(fields[2]),
          totals(fields[3]));
    } catch (NumberFormatException e) {
      throw new CodecException("not a number", e);
    }
  }

  @Override
  public boolean hasHoles(Counter c) {
    for (long index = first(c.sequence()); index < open(c.sequence()); index++) {
      if (segment(c, index).isEmpty()) {
        return true;
      }
    }
    return false;
  }

  @Override
  public Counter fill(Counter c, Map<Integer, ByteString> sealed) throws CodecException {
    TreeMap<Long, Long> recent = new TreeMap<>(c.recent());
    for (int place = 0; place < PLACES; place++) {
      ByteString bytes = sealed.get(1 + place);
      if (bytes != null) {
        String[] fields = fields(bytes.toByteArray(), 3);
        long index = Long.parseLong(fields[1]);
        boolean named = index >= first(c.sequence()) && index < open(c.sequence());
        if (named && Long.parseLong(fields[0]) == c.born()) {
          recent.putAll(totals(fields[2]));
        }
      }
    }
    return new Counter(c.sequence(), c.total(), c.born(), recent);
  }

  @Override
  public void difference(Optional<Counter> before, Counter after, Changes changes) {
    for (long index = first(after.sequence()); index < open(after.sequence()); index++) {
      SortedMap<Long, Long> now = segment(after, index);
      long wanted = index;
      boolean same =
          before
              .filter(b -> b.born() == after.born() && wanted < open(b.sequence()))
              .map(b -> segment(b, wanted).equals(now))
              .orElse(false);
      if (!same && !now.isEmpty()) {
        changes.put(
            1 + (int) (index % PLACES), bytes(after.born() + "|" + index + "|" + text(now)));
      }
    }
  }

  @Override
  public int sealedBytes(Counter state) {
    return 16 * state.recent().size();
  }

  private static SortedMap<Long, Long> segment(Counter c, long index) {
    return c.recent().subMap(index * SLOTS + 1, (index + 1) * SLOTS + 1);
  }

  private static String text(SortedMap<Long, Long> totals) {
    return totals.entrySet().stream()
        .map(e -> e.getKey() + ":" + e.getValue())
        .collect(Collectors.joining(","));
  }

  private static SortedMap<Long, Long> totals(String text) {
    TreeMap<Long, Long> totals = new TreeMap<>();
    for (String each : text.isEmpty() ? new String[0] : text.split(",", -1)) {
      String[] pair = each.split(":", -1);
      totals.put(Long.parseLong(pair[0]), Long.parseLong(pair[1]));
    }
    return totals;
  }

  private static String[] fields(byte[] bytes, int count) throws CodecException {
    String[] fields = new String(bytes, StandardCharsets.UTF_8).split("\\|", -1);
    if (fields.length != count) {
      throw new CodecException("expected " + count + " fields");
    }
    return fields;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
