package io.lockstep.chainlog;

import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A counter per key. Adding a negative number is rejected; resetting deletes the counter. From
 * version 2 on every amount counts double.
 */
public final class CounterFold
    implements Fold<CounterFold.Counter, CounterFold.Add, CounterFold.Added> {
  public static final long RESET = Long.MIN_VALUE;

  private final int latestVersion;

  public CounterFold() {
    this(2);
  }

  public CounterFold(int latestVersion) {
    this.latestVersion = latestVersion;
  }

  public record Add(String key, long amount) {}

  /** sequence 0: rejected. */
  public record Added(String key, long amount, long sequence, long total, long source) {}

  /**
   * A counter with the newest totals that it had.
   *
   * @param born source of its first entry
   * @param recent the newest totals by sequence number, see {@link CounterParts}
   */
  public record Counter(long sequence, long total, long born, SortedMap<Long, Long> recent) {
    public static final Counter NONE = new Counter(0, 0, -1, new TreeMap<>());

    public Counter {
      recent = Collections.unmodifiableSortedMap(new TreeMap<>(recent));
    }
  }

  @Override
  public int latestVersion() {
    return latestVersion;
  }

  @Override
  public String commandKey(Add command) {
    return command.key();
  }

  @Override
  public String entryKey(Added entry) {
    return entry.key();
  }

  @Override
  public Added decide(Optional<Counter> state, Add command, SubmissionPoint at) {
    Counter counter = state.orElse(Counter.NONE);
    if (command.amount() != RESET && command.amount() < 0) {
      return new Added(command.key(), command.amount(), 0, counter.total(), at.offset());
    }
    long amount = command.amount() == RESET ? RESET : command.amount() * at.foldVersion();
    long total = amount == RESET ? 0 : counter.total() + amount;
    return new Added(command.key(), amount, counter.sequence() + 1, total, at.offset());
  }

  @Override
  public Optional<Counter> apply(Optional<Counter> state, Added entry) {
    if (entry.sequence() == 0) {
      return state;
    }
    return entry.amount() == RESET ? Optional.empty() : Optional.of(after(state, entry));
  }

  private static Counter after(Optional<Counter> state, Added entry) {
    TreeMap<Long, Long> recent = new TreeMap<>(state.orElse(Counter.NONE).recent());
    recent.put(entry.sequence(), entry.total());
    long first = CounterParts.first(entry.sequence()) * CounterParts.SLOTS + 1;
    long born = state.map(Counter::born).orElse(entry.source());
    return new Counter(entry.sequence(), entry.total(), born, recent.tailMap(first));
  }

  @Override
  public Counter remember(Counter state, Added entry) {
    long index = CounterParts.index(entry.sequence());
    boolean missing =
        entry.sequence() > 0
            && entry.amount() != RESET
            && entry.source() >= state.born()
            && index >= CounterParts.first(state.sequence())
            && index < state.sequence() / CounterParts.SLOTS
            && !state.recent().containsKey(entry.sequence());
    if (!missing) {
      return state;
    }
    TreeMap<Long, Long> recent = new TreeMap<>(state.recent());
    recent.put(entry.sequence(), entry.total());
    return new Counter(state.sequence(), state.total(), state.born(), recent);
  }

  @Override
  public OptionalLong sequence(Added entry) {
    return entry.sequence() == 0 ? OptionalLong.empty() : OptionalLong.of(entry.sequence());
  }

  @Override
  public long newest(Counter state) {
    return state.sequence();
  }

  @Override
  public Map<String, String> headers(Added entry) {
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("kind", "add");
    headers.put("seq", Long.toString(entry.sequence()));
    headers.put("verdict", entry.sequence() == 0 ? "rejected" : "sequenced");
    return headers;
  }

  @Override
  public Codec<Add> commands() {
    return codec(2, a -> List.of(a.key(), a.amount()), f -> new Add(f[0], Long.parseLong(f[1])));
  }

  @Override
  public Codec<Added> entries() {
    return codec(
        5,
        e -> List.of(e.key(), e.amount(), e.sequence(), e.total(), e.source()),
        f ->
            new Added(
                f[0],
                Long.parseLong(f[1]),
                Long.parseLong(f[2]),
                Long.parseLong(f[3]),
                Long.parseLong(f[4])));
  }

  @Override
  public StateCodec<Counter> states() {
    return new CounterParts();
  }

  @Override
  public Added undecodable(String key, SubmissionPoint at) {
    return new Added(key, 0, 0, -1, at.offset());
  }

  private interface Fields<T> {
    List<Object> of(T value);
  }

  private interface Parser<T> {
    T parse(String[] fields);
  }

  private static <T> Codec<T> codec(int count, Fields<T> fields, Parser<T> parser) {
    return new Codec<>() {
      @Override
      public byte[] encode(T value) {
        return String.join("|", fields.of(value).stream().map(Object::toString).toList())
            .getBytes(StandardCharsets.UTF_8);
      }

      @Override
      public T decode(byte[] bytes) throws CodecException {
        String[] parts = new String(bytes, StandardCharsets.UTF_8).split("\\|", -1);
        if (parts.length != count) {
          throw new CodecException("expected " + count + " fields");
        }
        try {
          return parser.parse(parts);
        } catch (NumberFormatException e) {
          throw new CodecException("not a number", e);
        }
      }
    };
  }
}
