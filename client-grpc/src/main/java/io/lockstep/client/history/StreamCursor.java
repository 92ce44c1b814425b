package io.lockstep.client.history;

import io.lockstep.api.StreamChain;
import io.lockstep.client.history.HistoryException.Contradiction;
import io.lockstep.mls.MlsException;
import io.lockstep.mls.codec.TlsReader;
import io.lockstep.mls.codec.TlsWriter;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;

/**
 * How far a client has followed one stream: sequence number and chain head of the newest entry, and
 * the heads of up to {@value #WINDOW} entries before it, for comparison with what other members
 * claim. An immutable value.
 */
public final class StreamCursor {
  /** How many heads are remembered. Older claims of other members cannot be checked. */
  public static final int WINDOW = 1024;

  private final byte[] streamId;
  private final long sequence;
  private final HeadWindow heads;

  private StreamCursor(byte[] streamId, long sequence, HeadWindow heads) {
    this.streamId = streamId;
    this.sequence = sequence;
    this.heads = heads;
  }

  /** At the beginning of a stream. */
  public static StreamCursor start(byte[] streamId) {
    return at(streamId, 0, ChainHead.zero());
  }

  /** Behind an entry that is known from elsewhere: a Welcome or a GroupInfo. */
  public static StreamCursor at(byte[] streamId, long sequence, ChainHead head) {
    return new StreamCursor(streamId.clone(), sequence, HeadWindow.of(head));
  }

  /** A copy. */
  public byte[] streamId() {
    return streamId.clone();
  }

  public long sequence() {
    return sequence;
  }

  public ChainHead head() {
    return heads.newest();
  }

  /** The head at an earlier sequence number, if it is remembered. */
  public Optional<ChainHead> headAt(long earlier) {
    return heads.back(sequence - earlier);
  }

  /** Whether an entry was followed before, so that it is to be dropped. */
  public boolean hasPassed(long entrySequence) {
    return entrySequence <= sequence;
  }

  /**
   * The cursor behind the next entry.
   *
   * @param chain what the service says the head is now
   * @throws HistoryException if the entry does not continue what was seen; this cursor stays good
   */
  public StreamCursor advance(long entrySequence, long epoch, byte[] payload, byte[] chain)
      throws HistoryException {
    if (entrySequence != sequence + 1) {
      throw new HistoryException(Contradiction.ENTRY_MISSING, entrySequence);
    }
    ChainHead next = head().next(streamId, entrySequence, epoch, payload);
    if (!next.matches(chain)) {
      throw new HistoryException(Contradiction.CHAIN_MISMATCH, entrySequence);
    }
    return new StreamCursor(streamId, entrySequence, heads.push(next));
  }

  /** Checks an entry that was delivered before: the same again is fine, another one is not. */
  public void checkRepeated(long entrySequence, byte[] chain) throws HistoryException {
    Optional<ChainHead> known = headAt(entrySequence);
    if (known.isPresent() && !known.get().matches(chain)) {
      throw new HistoryException(Contradiction.ENTRY_REPLACED, entrySequence);
    }
  }

  /**
   * Checks what the sender of entry {@code messageSequence} had seen when it sent it. This cursor
   * stands before that entry or behind it.
   */
  public void checkClaim(HistoryClaim claim, long messageSequence) throws HistoryException {
    boolean fromTheFuture = claim.sequence() >= messageSequence;
    Optional<ChainHead> own = headAt(claim.sequence());
    if (fromTheFuture || (own.isPresent() && !own.get().equals(claim.head()))) {
      throw new HistoryException(Contradiction.MEMBER_SAW_OTHER_HISTORY, messageSequence);
    }
  }

  public HistoryClaim claim() {
    return new HistoryClaim(sequence, head());
  }

  public void encodeTo(TlsWriter out) {
    out.opaque(streamId).uint64(sequence);
    out.vector(heads.oldestFirst(), (writer, head) -> writer.raw(head.bytes()));
  }

  public static StreamCursor decode(TlsReader in) throws MlsException {
    byte[] streamId = in.opaque();
    long sequence = in.uint64();
    List<ChainHead> heads = in.list(reader -> new ChainHead(reader.raw(StreamChain.LENGTH)));
    if (heads.isEmpty()) {
      throw new MlsException.Malformed("a cursor without a head");
    }
    return new StreamCursor(streamId, sequence, HeadWindow.ofAll(heads));
  }

  /** Persistent bounded stack of heads, newest on top. */
  private static final class HeadWindow {
    private record Cell(ChainHead head, Cell older) {}

    private final Cell top;
    private final int size;

    private HeadWindow(Cell top, int size) {
      this.top = top;
      this.size = size;
    }

    static HeadWindow of(ChainHead head) {
      return new HeadWindow(new Cell(head, null), 1);
    }

    static HeadWindow ofAll(List<ChainHead> oldestFirst) {
      Cell top = null;
      for (ChainHead head : oldestFirst) {
        top = new Cell(head, top);
      }
      return new HeadWindow(top, oldestFirst.size());
    }

    ChainHead newest() {
      return top.head;
    }

    /** Cuts back to {@link #WINDOW} heads whenever twice as many have come together. */
    HeadWindow push(ChainHead head) {
      HeadWindow grown = new HeadWindow(new Cell(head, top), size + 1);
      return grown.size < 2 * WINDOW ? grown : ofAll(grown.oldestFirst());
    }

    Optional<ChainHead> back(long steps) {
      if (steps < 0 || steps >= Math.min(size, WINDOW)) {
        return Optional.empty();
      }
      Cell cell = top;
      for (long i = 0; i < steps; i++) {
        cell = cell.older;
      }
      return Optional.of(cell.head);
    }

    /** At most {@link #WINDOW}. */
    List<ChainHead> oldestFirst() {
      ArrayDeque<ChainHead> heads = new ArrayDeque<>();
      Cell cell = top;
      while (cell != null && heads.size() < WINDOW) {
        heads.addFirst(cell.head);
        cell = cell.older;
      }
      return List.copyOf(heads);
    }
  }
}
