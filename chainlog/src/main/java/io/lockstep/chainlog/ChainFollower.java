package io.lockstep.chainlog;

import java.util.Optional;
import java.util.function.Function;

/**
 * Follows one partition's chain by the reader's rule: <em>a record that does not continue the chain
 * is not part of the log</em>.
 *
 * <pre>
 *   log:     A1 ── A2 ── A2' ── A3' ── A3 ── A4          A2', A3': the same bytes from a second writer
 *   judged:  ok    ok    skip   ok     skip  ok          A3 is the later copy now; nobody can tell them apart
 * </pre>
 *
 * Not thread-safe. After {@link Stuck} it must be thrown away.
 */
public final class ChainFollower {
  /**
   * So many records in a row may be ahead of the chain without fitting. More than a writer may have
   * unconfirmed, so that one writer that disagrees cannot make readers believe that Kafka lost
   * records.
   */
  public static final int AHEAD_MAX = 8192;

  private final long firstOffset;
  private final int aheadMax;
  private ChainPosition position;
  private boolean anchored;
  private int ahead;

  /** What the rule says about one record. */
  public sealed interface Step {}

  /** The record is part of the log. */
  public record Accepted(long logOffset, Link link, ChainHead head) implements Step {}

  /** The record is not part of the log. The link is empty when the bytes are no log record. */
  public record Skipped(Skip why, Optional<Link> link) implements Step {}

  /**
   * The chain cannot be followed from here: the log is not the one that it was followed in so far.
   */
  public record Stuck(String why) implements Step {}

  /** Why a record was skipped. */
  public enum Skip {
    /** No log record at all. */
    UNREADABLE,
    /** Its submission has been answered: a copy, or the loser of a disagreement. */
    ANSWERED,
    /** It continues a chain that we do not see (yet): something before it was not written. */
    AHEAD,
    /** It is the record at the position where following began; it was checked and is not news. */
    ANCHOR
  }

  /**
   * Follows from a position. If that is not {@link ChainPosition#START}, then the record at its
   * {@code logOffset} must be read again first, so that a position from another log (a cluster that
   * was wiped) is found out at once.
   */
  public ChainFollower(ChainPosition from) {
    this(from, AHEAD_MAX);
  }

  private ChainFollower(ChainPosition from, int aheadMax) {
    this(from, from.logOffset() < 0, Math.max(0, from.logOffset()), aheadMax);
  }

  private ChainFollower(ChainPosition from, boolean anchored, long firstOffset, int aheadMax) {
    this.aheadMax = aheadMax;
    this.position = from;
    this.anchored = anchored;
    this.firstOffset = firstOffset;
  }

  /**
   * Follows from a position in a log whose first records may be gone. If the record at the position
   * is gone too, the position is taken on trust; a log that does not continue it is found out since
   * nothing in it fits.
   *
   * @param logBegin offset of the first record that the log still has
   */
  public static ChainFollower from(ChainPosition position, long logBegin) {
    return from(position, logBegin, AHEAD_MAX);
  }

  /**
   * The same with another bound than {@link #AHEAD_MAX}: for who has followed the log to this
   * position once more and found the same records ahead again. Nothing can be missing before them,
   * so they are a stranger's.
   */
  public static ChainFollower from(ChainPosition position, long logBegin, int aheadMax) {
    return position.logOffset() >= logBegin
        ? new ChainFollower(position, aheadMax)
        : new ChainFollower(position, true, logBegin, aheadMax);
  }

  /**
   * Follows from a record whose predecessors are gone, and takes it on trust that it was part of
   * the log. The record itself must be read first.
   */
  public static ChainFollower trusting(Link first) {
    return new ChainFollower(
        new ChainPosition(-1, first.prev(), first.source() - 1, 1), true, 0, AHEAD_MAX);
  }

  public ChainPosition position() {
    return position;
  }

  /** Offset of the first record to read. */
  public long firstOffset() {
    return anchored ? Math.max(firstOffset, position.logOffset() + 1) : position.logOffset();
  }

  /** Number of records since the newest accepted one that were ahead of the chain. */
  public int ahead() {
    return ahead;
  }

  public Step read(long logOffset, byte[] value) {
    Optional<Link> parsed = Link.parse(value);
    return anchored && parsed.isEmpty()
        ? new Skipped(Skip.UNREADABLE, parsed)
        : judge(logOffset, parsed, Link::head);
  }

  /** A record whose link and head are known, since its bytes are: nothing is parsed or hashed. */
  public Step read(long logOffset, Link link, ChainHead head) {
    return judge(logOffset, Optional.of(link), _ -> head);
  }

  private Step judge(long logOffset, Optional<Link> parsed, Function<Link, ChainHead> heads) {
    if (!anchored) {
      return anchor(logOffset, parsed);
    }
    Link link = parsed.orElseThrow();
    if (link.source() <= position.source()) {
      return new Skipped(Skip.ANSWERED, parsed);
    }
    if (!link.prev().equals(position.head())) {
      ahead++;
      return ahead > aheadMax
          ? new Stuck(ahead + " records are ahead of the chain and none continues it")
          : new Skipped(Skip.AHEAD, parsed);
    }
    ChainHead head = heads.apply(link);
    int version =
        switch (link.body()) {
          case Link.VersionBody switched -> switched.version();
          case Link.EntryBody same -> position.foldVersion();
        };
    position = new ChainPosition(logOffset, head, link.source(), version);
    ahead = 0;
    return new Accepted(logOffset, link, head);
  }

  private Step anchor(long logOffset, Optional<Link> link) {
    anchored = true;
    boolean same =
        logOffset == position.logOffset()
            && link.isPresent()
            && link.get().source() == position.source()
            && link.get().head().equals(position.head());
    return same
        ? new Skipped(Skip.ANCHOR, link)
        : new Stuck(
            "the record at offset "
                + position.logOffset()
                + " is not the one that was followed before");
  }
}
