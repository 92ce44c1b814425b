package io.lockstep.chainlog.owner;

import io.lockstep.chainlog.ChainPosition;
import io.lockstep.chainlog.StateCodec;
import io.lockstep.chainlog.store.StreamStore;
import io.lockstep.chainlog.store.StreamStore.Touched;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;

/**
 * What of a partition's states is to be sent to the state topic, and when a watermark may say so.
 * What a watermark promises: every part of every state that the entries up to it changed is in the
 * state topic. So:
 *
 * <pre>
 *   begin ──▶ known ──▶ all that the store has beyond      ──▶ round: states ─ all acknowledged ─▶
 *             (newest   the newest watermark is to be sent     watermark (and checkpoint) ──▶ round …
 *             watermark)
 * </pre>
 *
 * <p>A round is for one position: the parts that have changed up to it are sent as they are now,
 * which may be newer, and then the position. What failed is sent again in the next round.
 *
 * <p>Another owner that was away may have older states on their way, and the topic keeps the last
 * record of a key. So what has changed is sent a second time when nothing older can come any more
 * ({@link #AGAIN_AFTER}), if need be by the next writer; until then whoever loads the states takes
 * the one with the highest log offset ({@link StateMerge}).
 *
 * <p>Not thread-safe.
 */
public final class Publication {
  /**
   * Longer than anything that a process has sent can be on its way, and {@link #LATE_AFTER}:
   * brokers close connections that were silent for 10 minutes, and a producer gives up sooner.
   */
  public static final Duration AGAIN_AFTER = Duration.ofMinutes(15);

  /** A process that was not heard of for so long must look at the log's end first. */
  public static final Duration LATE_AFTER = Duration.ofSeconds(30);

  /** A checkpoint is made after so many entries, */
  static final long CHECKPOINT_ENTRIES = 10_000;

  /** or after this time if there was an entry at all. */
  static final Duration CHECKPOINT_EVERY = Duration.ofHours(1);

  /** With more checkpoints than this, every other one of the old ones goes. */
  static final int CHECKPOINTS_MAX = 1000;

  /** Of one step, so that acknowledgements hold the sender back and not its memory. */
  static final int PARTS_AT_ONCE = 1000;

  private static final int SCANNED_AT_ONCE = 4000;
  private static final long NOTHING = -1;

  private final StreamStore store;
  private final int partition;
  private final Set<StatePart> dirty = new LinkedHashSet<>();
  private final TreeMap<Long, ChainPosition> checkpoints = new TreeMap<>();
  private Stage stage = Stage.OFF;
  private ChainPosition begunAt = ChainPosition.START;
  private ChainPosition published = ChainPosition.START;
  private boolean announce;
  private boolean scanning;
  private Optional<StreamStore.Place> scanned = Optional.empty();
  private long scanAfter;
  private long settledTo;
  private long repeatTo;
  private long nextRepeatTo;
  private long againNanos;
  private boolean repeating;
  private long checkpointNanos;
  private Optional<Round> round = Optional.empty();
  private boolean inFlight;
  private long seenNanos;
  private boolean seen;

  private enum Stage {
    /** This process does not write. */
    OFF,
    /** It does not know what others have published. */
    UNKNOWN,
    ON
  }

  /** What is sent before the watermark of {@code at}. */
  private static final class Round {
    final ChainPosition at;
    final boolean repeats;
    final Deque<StatePart> sealed = new ArrayDeque<>();
    final Set<StatePart> heads = new LinkedHashSet<>();
    final List<StatePart> sent = new ArrayList<>();
    Optional<ChainPosition> checkpoint = Optional.empty();
    List<Long> deleted = List.of();
    boolean positions;

    Round(ChainPosition at, Collection<StatePart> parts, boolean repeats) {
      this.at = at;
      this.repeats = repeats;
      parts.forEach(part -> (part.part() == StateCodec.HEAD ? heads : sealed).add(part));
    }
  }

  /** What is to be sent next; the caller says when all of it is acknowledged, or failed. */
  public sealed interface Step {}

  /** The newest stored records of these parts. */
  public record States(List<StatePart> parts) implements Step {}

  /**
   * In this order, so that the newest record of the partition is the watermark.
   *
   * @param deleted log offsets of checkpoints that are of no use any more
   * @param unsettledAfter what the next writer has to publish again, should this one not come to it
   */
  public record Positions(
      List<Long> deleted,
      Optional<ChainPosition> checkpoint,
      ChainPosition watermark,
      OptionalLong unsettledAfter)
      implements Step {}

  public Publication(StreamStore store, int partition) {
    this.store = store;
    this.partition = partition;
  }

  /**
   * This process may write from now on. Nothing is sent before {@link #known}.
   *
   * @param position of the store; what it folds from here on comes by {@link #changed}
   */
  public void begin(ChainPosition position) {
    stage = Stage.UNKNOWN;
    begunAt = position;
    stop();
  }

  private void stop() {
    dirty.clear();
    round = Optional.empty();
    inFlight = false;
    scanning = false;
  }

  /** This process does not write any more. */
  public void end() {
    stage = Stage.OFF;
    stop();
  }

  /** True when {@link #known} must be told, with what was looked up after now. */
  public boolean needsKnown() {
    return stage == Stage.UNKNOWN;
  }

  /**
   * What owners have published so far.
   *
   * @param position of the store
   * @param now of a monotonic clock, in nanoseconds
   */
  public void known(KnownPositions known, ChainPosition position, long now) {
    if (stage != Stage.UNKNOWN) {
      return;
    }
    stage = Stage.ON;
    // A watermark beyond the log's end is of another log.
    published =
        known
            .watermark()
            .filter(w -> w.logOffset() <= position.logOffset())
            .orElse(ChainPosition.START);
    checkpoints.clear();
    known.checkpoints().forEach(c -> checkpoints.put(c.logOffset(), c));
    checkpointNanos = now;
    announce = true;
    // After a planned end there is nothing that only the store has.
    if (published.logOffset() < begunAt.logOffset()) {
      scan(published.logOffset());
    }
    repeating = false;
    settledTo = Math.min(published.logOffset(), known.unsettledAfter().orElse(Long.MAX_VALUE));
    nextRepeatTo = position.logOffset();
    againNanos = now + AGAIN_AFTER.toNanos();
  }

  /** These parts have changed in the store. */
  public void changed(Collection<StatePart> parts) {
    if (stage != Stage.OFF) {
      dirty.addAll(parts);
    }
  }

  /**
   * True when this was not called for so long that others may have done this process' work: it must
   * fold the log to its end before anything else is sent.
   */
  public boolean isLate(long now) {
    boolean late = seen && now - seenNanos > LATE_AFTER.toNanos();
    seen = true;
    seenNanos = now;
    return late;
  }

  /** What to send now. Nothing while the step before is not acknowledged. */
  public Optional<Step> next(ChainPosition position, long logBegin, long now, boolean isDue) {
    if (stage != Stage.ON || inFlight) {
      return Optional.empty();
    }
    if (announce) {
      announce = false;
      return Optional.of(
          send(
              new Positions(
                  List.of(), Optional.empty(), published, unsettled(published, settledTo))));
    }
    if (!repeating && now - againNanos >= 0) {
      againNanos = now + AGAIN_AFTER.toNanos();
      repeatTo = nextRepeatTo;
      nextRepeatTo = position.logOffset();
      repeating = settledTo < repeatTo;
      if (repeating) {
        scan(settledTo);
      }
    }
    if (scanning && !scanSome()) {
      return Optional.empty();
    }
    if (round.isEmpty()
        && isDue
        && (!dirty.isEmpty() || repeating || !position.equals(published))) {
      round = Optional.of(new Round(position, dirty, repeating));
      dirty.clear();
    }
    return round.map(current -> step(current, logBegin, now));
  }

  private Step step(Round current, long logBegin, long now) {
    if (current.sealed.isEmpty() && !current.heads.isEmpty()) {
      List<StatePart> heads = readyHeads(current);
      if (!heads.isEmpty()) {
        return states(current, heads);
      }
    }
    if (!current.sealed.isEmpty()) {
      List<StatePart> parts = new ArrayList<>();
      while (!current.sealed.isEmpty() && parts.size() < PARTS_AT_ONCE) {
        parts.add(current.sealed.removeFirst());
      }
      return states(current, parts);
    }
    current.positions = true;
    current.checkpoint = checkpoint(current.at, now);
    current.deleted = useless(logBegin);
    return send(
        new Positions(
            current.deleted,
            current.checkpoint,
            current.at,
            unsettled(current.at, current.repeats ? repeatTo : settledTo)));
  }

  private Step states(Round current, List<StatePart> parts) {
    current.sent.addAll(parts);
    return send(new States(parts));
  }

  /**
   * A head replaces the one before it, and has no more what it has sealed into other parts. So it
   * is sent when those are in the topic: of a head that has got ahead meanwhile they come first.
   */
  private List<StatePart> readyHeads(Round current) {
    Set<String> waiting = new HashSet<>();
    for (StatePart part : dirty) {
      if (part.part() != StateCodec.HEAD) {
        waiting.add(part.key());
      }
    }
    List<StatePart> ready =
        current.heads.stream()
            .filter(head -> !waiting.contains(head.key()))
            .limit(PARTS_AT_ONCE)
            .toList();
    ready.forEach(current.heads::remove);
    if (ready.isEmpty()) {
      Set<String> keys = new HashSet<>();
      current.heads.forEach(head -> keys.add(head.key()));
      dirty.stream()
          .filter(part -> part.part() != StateCodec.HEAD && keys.contains(part.key()))
          .forEach(current.sealed::add);
      current.sealed.forEach(dirty::remove);
    }
    return ready;
  }

  private static OptionalLong unsettled(ChainPosition at, long settledTo) {
    return settledTo < at.logOffset() ? OptionalLong.of(settledTo) : OptionalLong.empty();
  }

  private Step send(Step step) {
    inFlight = true;
    return step;
  }

  /** All that the last step was about has been written. */
  public void acknowledged(long now) {
    inFlight = false;
    if (round.isEmpty() || !round.get().positions) {
      return;
    }
    Round done = round.get();
    round = Optional.empty();
    published = done.at;
    done.deleted.forEach(checkpoints::remove);
    if (done.checkpoint.isPresent()) {
      checkpoints.put(done.at.logOffset(), done.at);
      checkpointNanos = now;
    }
    if (done.repeats) {
      settledTo = repeatTo;
      repeating = false;
    }
    store.forgetDeletions(partition, Math.min(settledTo, done.at.logOffset()));
  }

  /** Nobody knows what of the last step has been written. */
  public void failed() {
    inFlight = false;
    round.ifPresent(
        lost -> {
          dirty.addAll(lost.sent);
          dirty.addAll(lost.sealed);
          dirty.addAll(lost.heads);
        });
    round = Optional.empty();
  }

  /** False while something of what is known now is not published. */
  public boolean isIdle(ChainPosition position) {
    return stage != Stage.ON
        || (!announce
            && !inFlight
            && !scanning
            && round.isEmpty()
            && dirty.isEmpty()
            && !repeating
            && position.equals(published));
  }

  private void scan(long afterOffset) {
    scanning = true;
    scanAfter = afterOffset;
    scanned = Optional.empty();
  }

  /** True when the scan is over. */
  private boolean scanSome() {
    StreamStore.TouchedPage page = store.touched(partition, scanAfter, scanned, SCANNED_AT_ONCE);
    for (Touched part : page.parts()) {
      dirty.add(new StatePart(part.key(), part.part()));
    }
    scanned = page.next();
    scanning = scanned.isPresent();
    return !scanning;
  }

  private Optional<ChainPosition> checkpoint(ChainPosition at, long now) {
    long last = checkpoints.isEmpty() ? NOTHING : checkpoints.lastKey();
    boolean due =
        at.logOffset() - last >= CHECKPOINT_ENTRIES
            || (at.logOffset() > last && now - checkpointNanos >= CHECKPOINT_EVERY.toNanos());
    return due ? Optional.of(at) : Optional.empty();
  }

  private List<Long> useless(long logBegin) {
    Set<Long> useless = new HashSet<>(checkpoints.headMap(logBegin - 1, false).keySet());
    if (checkpoints.size() - useless.size() > CHECKPOINTS_MAX) {
      List<Long> old = new ArrayList<>(checkpoints.keySet());
      for (int i = 1; i < old.size() - CHECKPOINTS_MAX / 10; i += 2) {
        useless.add(old.get(i));
      }
    }
    return useless.stream().sorted().toList();
  }
}
