package io.lockstep.chainlog.audit;

import io.lockstep.chainlog.ChainFollower;
import io.lockstep.chainlog.ChainFollower.Accepted;
import io.lockstep.chainlog.ChainFollower.Skipped;
import io.lockstep.chainlog.ChainFollower.Stuck;
import io.lockstep.chainlog.ChainPosition;
import io.lockstep.chainlog.Link;
import io.lockstep.chainlog.LogStart;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Checks one partition of a log from its first record on, or from a position in it that its owners
 * have confirmed. What it proves: the accepted records are one chain, and each submission was
 * answered once and in order. What it cannot prove: that the answers are the right ones (that takes
 * the fold), and that nothing was cut off the end which no watermark and no submission tells of.
 * Not thread-safe.
 */
public final class PartitionAudit {
  /** More gaps than this are not listed one by one; the last one then reaches to the end. */
  static final int GAPS_MAX = 1000;

  private final int partition;
  private final long begin;
  private final ChainPosition from;
  private final NavigableMap<Long, ChainPosition> confirmed = new TreeMap<>();
  private final Lookalikes lookalikes = new Lookalikes();
  private final List<SourceGap> gaps = new ArrayList<>();
  private final List<Finding> findings = new ArrayList<>();
  private Optional<ChainFollower> follower;
  private Optional<Ahead> firstAhead = Optional.empty();
  private Optional<Ahead> misfit = Optional.empty();
  private long accepted;
  private long versionSwitches;
  private long lastRead = -1;
  private boolean stuck;

  /** A record that is ahead of the chain. */
  private record Ahead(long offset, long source) {}

  /**
   * Nothing is read yet.
   *
   * @param begin offset of the partition's first record; if it is not 0, the chain is taken on
   *     trust there
   * @param watermark of the partition, if it has one; looked up before the log's end
   */
  public PartitionAudit(int partition, long begin, Optional<ChainPosition> watermark) {
    this.partition = partition;
    this.begin = begin;
    this.from = ChainPosition.START;
    this.follower =
        begin == 0 ? Optional.of(new ChainFollower(ChainPosition.START)) : Optional.empty();
    if (begin > 0) {
      find(
          Finding.Kind.LOST_RECORDS,
          "the partition begins at offset "
              + begin
              + ": the records before it are gone, and the chain is taken on trust there");
    }
    watermark.ifPresent(this::mustMeet);
  }

  /**
   * Nothing is read yet, and reading begins where {@code start} says.
   *
   * @param all positions that owners have confirmed, looked up before the log's end; the chain must
   *     go through each that is in the part to be read
   */
  public PartitionAudit(int partition, LogStart start, List<ChainPosition> all) {
    this.partition = partition;
    this.begin = start.logBegin();
    this.from = start.position();
    this.follower = Optional.of(start.follower());
    all.forEach(this::mustMeet);
  }

  private void mustMeet(ChainPosition position) {
    if (position.logOffset() >= begin && position.logOffset() > from.logOffset()) {
      confirmed.put(position.logOffset(), position);
    }
  }

  /** Offset of the first record to read. */
  public long firstOffset() {
    return follower.map(ChainFollower::firstOffset).orElse(begin);
  }

  /** The next record. False when the rest proves nothing any more. */
  public boolean read(long offset, byte[] value) {
    if (stuck) {
      return false;
    }
    lastRead = offset;
    if (follower.isEmpty()) {
      follower = Link.parse(value).map(ChainFollower::trusting);
    }
    if (follower.isEmpty()) {
      lookalikes.unreadable();
      return true;
    }
    long answered = follower.get().position().source();
    switch (follower.get().read(offset, value)) {
      case Accepted step -> accept(step, answered);
      case Skipped step -> skip(offset, step);
      case Stuck step when offset == from.logOffset() -> {
        stuck = true;
        find(
            Finding.Kind.OTHER_CHAIN,
            "an owner has read another record at offset "
                + offset
                + " (checkpoint): the log was changed since");
      }
      case Stuck step -> {
        stuck = true;
        find(
            Finding.Kind.STUCK,
            "the chain cannot be followed beyond offset "
                + position().logOffset()
                + ": "
                + step.why());
      }
    }
    return !stuck;
  }

  private void accept(Accepted step, long answered) {
    accepted++;
    long source = step.link().source();
    if (source > answered + 1) {
      gap(answered + 1, source - 1);
    }
    if (step.link().body() instanceof Link.VersionBody) {
      versionSwitches++;
    }
    lookalikes.accepted(source, step.head());
    firstAhead = Optional.empty();
    misfit = Optional.empty();
    ChainPosition seen = confirmed.get(step.logOffset());
    if (seen != null && seen.head().equals(step.head())) {
      confirmed.remove(step.logOffset());
    }
  }

  private void gap(long first, long last) {
    if (gaps.size() < GAPS_MAX) {
      gaps.add(new SourceGap(first, last));
    } else {
      gaps.set(GAPS_MAX - 1, new SourceGap(gaps.getLast().first(), last));
    }
  }

  private void skip(long offset, Skipped step) {
    switch (step.why()) {
      case UNREADABLE -> lookalikes.unreadable();
      case ANSWERED -> {
        Link link = step.link().orElseThrow();
        lookalikes.answered(link.source(), link.head());
      }
      case AHEAD -> {
        Link link = step.link().orElseThrow();
        lookalikes.ahead(link.source(), link.head());
        Ahead record = new Ahead(offset, link.source());
        firstAhead = Optional.of(firstAhead.orElse(record));
        if (link.source() == position().source() + 1) {
          misfit = Optional.of(misfit.orElse(record));
        }
      }
      case ANCHOR -> {
        // The record at the position where reading begins.
      }
    }
  }

  /** Newest record that is part of the log. */
  public ChainPosition position() {
    return follower.map(ChainFollower::position).orElse(ChainPosition.START);
  }

  /** Where the sources of the accepted records leave something out. */
  public List<SourceGap> gaps() {
    return List.copyOf(gaps);
  }

  /**
   * True when records are ahead of the chain and a submission waits for the one that continues it.
   * With an owner at work that is over soon: read on for a while before {@link #report}.
   */
  public boolean isAhead(long submitted) {
    return firstAhead.isPresent() && !stuck && position().source() + 1 < submitted;
  }

  /** To be called once, at the end. */
  public PartitionReport report(Surroundings around) {
    if (isAhead(around.submittedBefore())) {
      findMissingLink();
    }
    if (position().source() >= around.submittedAfter()) {
      find(
          Finding.Kind.LOST_RECORDS,
          "the log answers submission "
              + position().source()
              + ", but the submissions topic ends at "
              + around.submittedAfter());
    }
    for (SourceGap gap : around.unanswered()) {
      find(Finding.Kind.UNANSWERED, "submission " + gap + " has no entry, but later ones have");
    }
    if (!stuck && !confirmed.isEmpty()) {
      findOtherChain(confirmed.firstEntry().getValue());
    }
    return new PartitionReport(
        partition,
        begin,
        from,
        position(),
        accepted,
        versionSwitches,
        lookalikes.copies(),
        lookalikes.uncompared(),
        lookalikes.foreign(),
        Math.max(0, around.submittedBefore() - 1 - position().source()),
        findings);
  }

  private void findMissingLink() {
    if (misfit.isPresent()) {
      find(
          Finding.Kind.BROKEN_CHAIN,
          "the record at offset "
              + misfit.get().offset()
              + " answers the next submission, "
              + misfit.get().source()
              + ", but does not continue the chain, whose newest record is at offset "
              + position().logOffset()
              + ": a record was changed, or the owner has stopped before it wrote the right one");
    } else {
      Ahead first = firstAhead.orElseThrow();
      find(
          Finding.Kind.LOST_RECORDS,
          "no record answers submission "
              + (position().source() + 1)
              + ", but the one at offset "
              + first.offset()
              + " answers submission "
              + first.source()
              + " and nothing has continued the chain since: records of the log are missing");
    }
  }

  private void findOtherChain(ChainPosition seen) {
    if (lastRead < seen.logOffset()) {
      find(
          Finding.Kind.LOST_RECORDS,
          "an owner has read the log up to offset "
              + seen.logOffset()
              + " (watermark), but it ends at "
              + lastRead);
    } else {
      find(
          Finding.Kind.OTHER_CHAIN,
          "an owner has read the record at offset "
              + seen.logOffset()
              + " with the head "
              + seen.head()
              + " (watermark), which is not in this chain: the log was changed since");
    }
  }

  private void find(Finding.Kind kind, String words) {
    findings.add(new Finding(kind, words));
  }
}
