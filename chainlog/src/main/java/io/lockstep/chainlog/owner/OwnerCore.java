package io.lockstep.chainlog.owner;

import io.lockstep.chainlog.ChainFollower;
import io.lockstep.chainlog.ChainFollower.Accepted;
import io.lockstep.chainlog.ChainFollower.Skip;
import io.lockstep.chainlog.ChainFollower.Skipped;
import io.lockstep.chainlog.ChainFollower.Stuck;
import io.lockstep.chainlog.ChainHead;
import io.lockstep.chainlog.ChainPosition;
import io.lockstep.chainlog.CodecException;
import io.lockstep.chainlog.Fold;
import io.lockstep.chainlog.Link;
import io.lockstep.chainlog.SubmissionPoint;
import io.lockstep.chainlog.store.StreamStore;
import io.lockstep.chainlog.store.StreamStore.Change;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;

/**
 * The owner of one partition, without Kafka. It is told what happens and says what to write:
 *
 * <pre>
 *            readLog(...) until logEnd        wrote something that the log did not take,
 *   FOLDING ─────────────────────────▶ WRITING      or a send failed
 *      ▲ ▲                                 │ │
 *      │ └─────────────────────────────────┘ │ overlay dropped; logEnd must be told again
 *      │ takeOver()                          │
 *   STANDBY ◀────────────────────────────────┘ standBy()
 * </pre>
 *
 * A standby folds along and keeps the submissions that the log has not answered, so that it can
 * write their entries at once when it takes over.
 *
 * <p>Confirmed facts come only from records that were read back from the log. What is written but
 * not read back is in an overlay, so that the next submission can be decided at once. Submissions
 * are kept until their entries are read back, so deciding again needs nothing from outside. A
 * partition is safe with any number of owners; each of them only ever writes what every other one
 * would write.
 *
 * <p>Not thread-safe. {@link PartitionHalted} from any method is final.
 */
public final class OwnerCore<S, C, E> {
  /**
   * Submissions that may wait for their entries. Below {@link ChainFollower#AHEAD_MAX}, see there.
   */
  public static final int UNCONFIRMED_MAX = 2048;

  /**
   * The same in bytes of their values, so that large ones do not fill the memory; less when there
   * are many partitions.
   */
  public static final int UNCONFIRMED_BYTES_MAX = 4 << 20;

  /** A submission is kept with its entry, the record that was made of it, and the state after. */
  private static final int WAITING_FACTOR = 5;

  private static final long UNKNOWN = Long.MAX_VALUE;

  private final Fold<S, C, E> fold;
  private final int partition;
  private final StreamStore store;
  private final Decider<S, C, E> decider;
  private final ConfirmedStates<S> confirmed;
  private final Overlay<S> overlay = new Overlay<>();
  private final ChainFollower follower;
  private final Deque<Submission> waiting = new ArrayDeque<>();
  private final long waitingBytesMax;
  private final List<Output> outputs = new ArrayList<>();
  private final List<Change> changes = new ArrayList<>();
  private final Set<StatePart> unpublished = new HashSet<>();
  private long waitingBytes;
  private ChainPosition stored;
  private ChainHead writtenHead;
  private long writtenSource;
  private int writtenVersion;
  private long foldUntil = UNKNOWN;
  private long nextLogOffset;
  private boolean mayWrite = true;
  private boolean folded;
  private boolean writing;
  private long writesBegan;
  private long copies;
  private long skipped;
  private long undecodable;

  /**
   * Goes on from what the store has. Nothing is written before {@link #logEnd} was told and
   * reached.
   *
   * @param memoryBytesMax about so much memory is used: half for decoded states, half for
   *     submissions that wait for their entries
   * @param logBegin offset of the first record that the log still has
   */
  public OwnerCore(
      Fold<S, C, E> fold,
      int partition,
      int partitions,
      StreamStore store,
      long memoryBytesMax,
      long logBegin) {
    this(fold, partition, partitions, store, memoryBytesMax, logBegin, ChainFollower.AHEAD_MAX);
  }

  /**
   * The same with another bound of {@link ChainFollower}.
   *
   * @param aheadMax so many records in a row may be ahead of the chain, see {@link ChainFollower}
   */
  public OwnerCore(
      Fold<S, C, E> fold,
      int partition,
      int partitions,
      StreamStore store,
      long memoryBytesMax,
      long logBegin,
      int aheadMax) {
    this.fold = fold;
    this.partition = partition;
    this.store = store;
    this.decider = new Decider<>(fold, partitions);
    this.confirmed = new ConfirmedStates<>(store, fold.states(), partition, memoryBytesMax / 2);
    this.waitingBytesMax = Math.min(UNCONFIRMED_BYTES_MAX, memoryBytesMax / 2 / WAITING_FACTOR);
    this.stored = store.position(partition).orElse(ChainPosition.START);
    this.follower = ChainFollower.from(stored, logBegin, aheadMax);
    this.nextLogOffset = follower.firstOffset();
    checkVersion(stored.foldVersion());
    forgetWritten();
  }

  /** Offset of the first log record to read. */
  public long nextLogOffset() {
    return nextLogOffset;
  }

  /** Newest confirmed record; stored up to the last {@link #endBatch}. */
  public ChainPosition position() {
    return follower.position();
  }

  /** Offset of the first submission that is needed. */
  public long nextSubmission() {
    return waiting.isEmpty() ? follower.position().source() + 1 : waiting.getLast().offset() + 1;
  }

  public boolean isWriting() {
    return writing;
  }

  /** False for a standby. */
  public boolean mayWrite() {
    return mayWrite;
  }

  /** The log was read to its end: what the store has is recent. */
  public boolean hasFolded() {
    return folded;
  }

  /** Broker append time of the oldest submission that was read and is not answered by the log. */
  public OptionalLong waitingSinceMillis() {
    return waiting.isEmpty()
        ? OptionalLong.empty()
        : OptionalLong.of(waiting.peekFirst().timeMillis());
  }

  /** Submissions that were read and are not answered by the log. */
  public int waiting() {
    return waiting.size();
  }

  /**
   * Records that answered again what was answered since this core began to write: with more than a
   * few of them, another writer is at work.
   */
  public long copies() {
    return copies;
  }

  /** Writes nothing from here on. What was written already may still come to stand in the log. */
  public void standBy() {
    mayWrite = false;
    unpublished.clear();
    writing = false;
    forgetWritten();
  }

  /** Writes from the log's end on, which must be told again. */
  public void takeOver() {
    if (!mayWrite) {
      mayWrite = true;
      foldAgain();
    }
  }

  /** True when {@link #logEnd} must be told, with an end that was looked up after now. */
  public boolean needsLogEnd() {
    return foldUntil == UNKNOWN;
  }

  /** True when no more submissions should be given until some are confirmed. */
  public boolean isFull() {
    return waiting.size() >= UNCONFIRMED_MAX || waitingBytes >= waitingBytesMax;
  }

  public long skipped() {
    return skipped;
  }

  /**
   * Accepted entries that this fold cannot decode: they are part of the chain and change nothing.
   */
  public long undecodable() {
    return undecodable;
  }

  /**
   * The log's end (offset of the next record) at some moment after the last write: it is folded to
   * there before anything is written.
   */
  public void logEnd(long endOffset) {
    foldUntil = endOffset;
    startWritingWhenFolded();
  }

  /** Writes nothing more before the log is folded to an end that was looked up after now. */
  public void foldToEnd() {
    foldAgain();
  }

  /** A send failed, so nobody knows which of the written records are in the log. */
  public void sendFailed() {
    foldAgain();
  }

  public void readSubmission(Submission submission) {
    if (submission.offset() < nextSubmission()) {
      return;
    }
    waiting.addLast(submission);
    waitingBytes += submission.value().size();
    if (writing) {
      write(submission);
    }
  }

  /**
   * A record of the log. After Stuck this core must be thrown away and the store's partition
   * dropped.
   */
  public ChainFollower.Step readLog(long offset, byte[] value) {
    Optional<Overlay.Written<S>> own = overlay.next(value);
    ChainFollower.Step step =
        own.isPresent()
            ? follower.read(offset, own.get().link(), own.get().head())
            : follower.read(offset, value);
    nextLogOffset = offset + 1;
    switch (step) {
      case Accepted accepted -> accept(accepted, own);
      case Skipped record -> {
        if (record.why() != Skip.ANCHOR) {
          skipped++;
        }
        if (record.why() == Skip.ANSWERED && record.link().orElseThrow().source() > writesBegan) {
          copies++;
        }
        if (record.why() == Skip.AHEAD && wasWrittenHere(record.link().orElseThrow())) {
          foldAgain();
        }
      }
      case Stuck stuck -> writing = false;
    }
    return step;
  }

  /**
   * Everything in the log before this offset was read; the last offsets may be missing in a log.
   */
  public void readTo(long nextOffset) {
    nextLogOffset = Math.max(nextLogOffset, nextOffset);
    startWritingWhenFolded();
  }

  /**
   * Stores what was read since the last call, as one atomic batch. Reads are answered from the
   * store.
   */
  public void endBatch() {
    if (!follower.position().equals(stored)) {
      Set<StatePart> changed = new HashSet<>();
      confirmed.drainTo(changes, changed);
      if (mayWrite) {
        unpublished.addAll(changed);
      }
      store.write(partition, new StreamStore.Batch(changes, Optional.of(follower.position())));
      changes.clear();
      stored = follower.position();
    }
    startWritingWhenFolded();
  }

  /** Records to be written, in order, each once. */
  public List<Output> takeOutputs() {
    List<Output> taken = List.copyOf(outputs);
    outputs.clear();
    return taken;
  }

  /** Parts of stored states that changed since the last call, while this process may write. */
  public Set<StatePart> takeUnpublished() {
    Set<StatePart> taken = Set.copyOf(unpublished);
    unpublished.clear();
    return taken;
  }

  /**
   * @param own what was written here and is just this record
   */
  private void accept(Accepted accepted, Optional<Overlay.Written<S>> own) {
    switch (accepted.link().body()) {
      case Link.EntryBody body -> {
        if (own.isEmpty() || !foldOwn(accepted.logOffset(), body, own.get().decision())) {
          fold(accepted.logOffset(), body);
        }
      }
      case Link.VersionBody body -> checkVersion(body.version());
    }
    while (!waiting.isEmpty() && waiting.peekFirst().offset() <= accepted.link().source()) {
      waitingBytes -= waiting.removeFirst().value().size();
    }
    if (overlay.confirm(accepted.head())) {
      return;
    }
    if (overlay.isEmpty()) {
      forgetWritten();
      if (writing) {
        // Another owner was faster. What waits behind its entry was not decided yet, or it would be
        // in the overlay.
        waiting.forEach(this::write);
      }
    } else {
      foldAgain();
    }
  }

  /**
   * The state after it is known since it was decided: whatever was written before it has been read
   * back since, each the same record, so the confirmed state is the one that it was decided upon.
   * False when the confirmed state is of a later entry than this.
   */
  private boolean foldOwn(long logOffset, Link.EntryBody body, Decider.Decision<S> decision) {
    ConfirmedStates.Known<S> before = confirmed.get(decision.key());
    if (before.logOffset() >= logOffset) {
      return false;
    }
    putHistory(decision.key(), decision.sequence(), logOffset, body);
    put(decision.key(), before, decision.state(), logOffset);
    return true;
  }

  private void putHistory(String key, OptionalLong sequence, long logOffset, Link.EntryBody body) {
    if (sequence.isPresent()) {
      changes.add(new StreamStore.PutHistory(key, sequence.getAsLong(), logOffset, body.bytes()));
    }
  }

  private void put(String key, ConfirmedStates.Known<S> before, Optional<S> after, long logOffset) {
    if (before.state().isPresent() || after.isPresent()) {
      confirmed.put(key, after, logOffset);
    }
  }

  private void fold(long logOffset, Link.EntryBody body) {
    E entry;
    try {
      entry = fold.entries().decode(body.bytes());
    } catch (CodecException e) {
      undecodable++;
      return;
    }
    try {
      String key = fold.entryKey(entry);
      putHistory(key, fold.sequence(entry), logOffset, body);
      ConfirmedStates.Known<S> before = confirmed.get(key);
      if (before.logOffset() >= logOffset) {
        rememberAhead(key, before, entry);
        return;
      }
      put(key, before, fold.apply(before.state(), entry), logOffset);
    } catch (PartitionHalted e) {
      throw e;
    } catch (RuntimeException e) {
      throw new PartitionHalted(
          "the fold threw at partition " + partition + ", log offset " + logOffset, e);
    }
  }

  /** The state was restored from the state topic, which was ahead of here. */
  private void rememberAhead(String key, ConfirmedStates.Known<S> ahead, E entry) {
    if (ahead.state().isPresent()) {
      S before = ahead.state().get();
      S after = fold.remember(before, entry);
      if (!after.equals(before)) {
        confirmed.put(key, Optional.of(after), ahead.logOffset());
      }
    }
  }

  private void startWritingWhenFolded() {
    if (nextLogOffset < foldUntil) {
      return;
    }
    folded = true;
    if (mayWrite && !writing) {
      writing = true;
      writesBegan = follower.position().source();
      copies = 0;
      forgetWritten();
      waiting.forEach(this::write);
    }
  }

  private void foldAgain() {
    writing = false;
    folded = false;
    foldUntil = UNKNOWN;
    forgetWritten();
  }

  private void forgetWritten() {
    overlay.clear();
    outputs.clear();
    writtenHead = follower.position().head();
    writtenSource = follower.position().source();
    writtenVersion = follower.position().foldVersion();
  }

  private void write(Submission submission) {
    if (submission.offset() <= writtenSource) {
      throw new PartitionHalted("submission " + submission.offset() + " would be answered twice");
    }
    SubmissionPoint at =
        new SubmissionPoint(
            partition, submission.offset(), submission.timeMillis(), writtenVersion);
    Function<String, Optional<S>> states = key -> overlay.state(key).orElseGet(() -> current(key));
    Decider.Decision<S> decision = decider.decide(submission, at, states);
    Link link = new Link(writtenHead, submission.offset(), decision.body());
    ChainHead head = link.head();
    byte[] value = link.toBytes();
    Optional<S> after =
        switch (link.body()) {
          case Link.EntryBody entry -> decision.state();
          case Link.VersionBody version -> {
            writtenVersion = version.version();
            yield states.apply(decision.key());
          }
        };
    overlay.write(new Overlay.Written<>(decision, link, head, value), after);
    writtenHead = head;
    writtenSource = link.source();
    outputs.add(new Output(decision.key(), decision.headers(), value));
  }

  /** With all that the log has folded in, a state from the state topic cannot be ahead of it. */
  private Optional<S> current(String key) {
    ConfirmedStates.Known<S> known = confirmed.get(key);
    if (known.logOffset() > follower.position().logOffset()) {
      throw new PartitionHalted(
          "partition "
              + partition
              + " of the log continues offset "
              + follower.position().logOffset()
              + ", but a state of offset "
              + known.logOffset()
              + " was published: records in between are gone");
    }
    return known.state();
  }

  private boolean wasWrittenHere(Link link) {
    return overlay.isPending(link.source(), link.head());
  }

  private void checkVersion(int version) {
    if (version > fold.latestVersion()) {
      throw new PartitionHalted(
          "partition "
              + partition
              + " of the log is at fold version "
              + version
              + ", this release knows up to "
              + fold.latestVersion());
    }
  }
}
