package io.lockstep.chainlog;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

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

  public record Counter(long sequence, long total) {}

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
    Counter counter = state.orElse(new Counter(0, 0));
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
    return entry.amount() == RESET
        ? Optional.empty()
        : Optional.of(new Counter(entry.sequence(), entry.total()));
  }

  @Override
  public OptionalLong sequence(Added entry) {
    return entry.sequence() == 0 ? OptionalLong.empty() : OptionalLong.of(entry.sequence());
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
  public Codec<Counter> states() {
    return codec(
        2,
        c -> List.of(c.sequence(), c.total()),
        f -> new Counter(Long.parseLong(f[0]), Long.parseLong(f[1])));
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
