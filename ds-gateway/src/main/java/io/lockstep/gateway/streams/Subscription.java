package io.lockstep.gateway.streams;

import io.lockstep.api.v1.Reason;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * One stream of one client: a cursor that moves over consecutive sequence numbers only. The next
 * entry comes from the feed's memory, else from a page of history.
 */
final class Subscription<F> {
  final Client<F> client;
  final StreamFeed<F> feed;
  private final Optional<PassPolicy> pass;
  private final Credit credit;
  private final long skimTo;
  private final long target;
  private long cursor;
  private boolean caughtUp;
  private boolean ended;
  private Optional<HistoryPage<F>> page = Optional.empty();
  private boolean reading;
  private boolean waiting;
  boolean queued;

  /** The subscriptions to the stream on its connection, and where it stands among them. */
  Row<F> row;

  int index;

  /** When the earliest timer for the pass fires; 0 for none. */
  long passTimerAt;

  /** What came of a step. */
  enum Step {
    /** The cursor moved. */
    MOVED,
    /** The next entry must be read from history. */
    READ,
    /** Nothing to do until something happens. */
    IDLE,
    /** Nothing to do until the client acknowledges. */
    NO_CREDIT
  }

  /**
   * Where a subscription begins.
   *
   * @param cursor newest sequence number that is dealt with
   * @param skimTo entries up to here are looked at for their Commits but not sent: the client has
   *     them
   * @param target newest sequence number of the stream at the attachment
   * @param nameable newest sequence number that an earlier attachment of the call has delivered
   */
  record Start(long cursor, long skimTo, long target, long nameable) {}

  Subscription(Client<F> client, StreamFeed<F> feed, Start start, Optional<PassPolicy> pass) {
    this.client = client;
    this.feed = feed;
    this.cursor = start.cursor();
    this.skimTo = start.skimTo();
    this.target = start.target();
    this.pass = pass;
    this.credit =
        new Credit(
            client.limits().credit(), Math.max(start.cursor(), start.skimTo()), start.nameable());
  }

  long cursor() {
    return cursor;
  }

  long target() {
    return target;
  }

  boolean ended() {
    return ended;
  }

  boolean holdsHistory() {
    return reading || page.isPresent();
  }

  /** Off the live path: nothing is delivered until the client acknowledges. */
  boolean waiting() {
    return waiting;
  }

  /** Up to where the client may acknowledge. */
  long nameable() {
    row.settle(this);
    return credit.nameable();
  }

  /** False when the client names what it was not given. */
  boolean acknowledged(long sequence) {
    row.settle(this);
    boolean given = credit.acknowledged(sequence);
    waiting = waiting && !credit.left();
    return given;
  }

  /**
   * Whether it has all there is and nothing stands between it and the next entry, unless that opens
   * an epoch.
   */
  boolean needsOnlyTheNext() {
    return caughtUp
        && !ended
        && !queued
        && !reading
        && page.isEmpty()
        && cursor == feed.newest()
        && credit.left()
        && (pass.isEmpty() || pass.get().owesNothing())
        && client.sink.place() >= 0;
  }

  /**
   * It was given the entries after its cursor, of these sizes.
   *
   * @param from index of the first size
   * @param end index after the last
   */
  void given(int[] sizes, int from, int end) {
    for (int i = from; i < end; i++) {
      credit.delivered(sizes[i]);
    }
    cursor += end - from;
    if (pass.isPresent()) {
      pass.get().deliveredWithoutCommit(cursor);
    }
  }

  Credit credit() {
    return credit;
  }

  Optional<PassPolicy> pass() {
    return pass;
  }

  /** Delivers the next entry if it can be had and may be had now. */
  Step step(long now) {
    if (ended) {
      return Step.IDLE;
    }
    catchUp();
    if (reading) {
      return Step.IDLE;
    }
    if (cursor >= feed.newest() || (pass.isPresent() && !pass.get().mayDeliver(now))) {
      dropPage();
      return Step.IDLE;
    }
    if (cursor >= skimTo && !credit.left()) {
      waiting = true;
      dropPage();
      return Step.NO_CREDIT;
    }
    Optional<FeedItem<F>> next = next();
    if (next.isEmpty()) {
      return feed.isComing(cursor + 1) ? Step.IDLE : Step.READ;
    }
    deliver(next.get(), now);
    return Step.MOVED;
  }

  private Optional<FeedItem<F>> next() {
    Optional<FeedItem<F>> item = feed.inMemory(cursor + 1);
    if (item.isPresent()) {
      dropPage();
      return item;
    }
    if (page.isEmpty()) {
      return item;
    }
    HistoryPage<F> read = page.get();
    long first = read.items().getFirst().sequence();
    int index = (int) (cursor + 1 - first);
    Optional<FeedItem<F>> found =
        index < read.items().size() ? Optional.of(read.items().get(index)) : Optional.empty();
    if (index + 1 >= read.items().size()) {
      dropPage();
    }
    return found;
  }

  private void deliver(FeedItem<F> item, long now) {
    cursor = item.sequence();
    if (cursor > skimTo) {
      credit.delivered(item.bytes());
      client.sink.delivery(feed.key, item.frame());
    }
    if (pass.isPresent()) {
      OptionalLong liveSince = caughtUp ? feed.seenAt(cursor) : OptionalLong.empty();
      if (pass.get().delivered(cursor, item.opens(), liveSince, now) == PassPolicy.Answer.WRONG) {
        client.end(this, Reason.WRONG_PASS);
        return;
      }
      client.watchPass(this);
    }
    catchUp();
  }

  private void catchUp() {
    if (!caughtUp && cursor >= target) {
      caughtUp = true;
      client.sink.caughtUp(feed.key, target);
    }
  }

  void beginRead() {
    reading = true;
  }

  /** The read after the cursor has come to an end, with something or not. */
  void endRead(Optional<HistoryPage<F>> read) {
    reading = false;
    page = read.filter(one -> !one.items().isEmpty());
  }

  /** The entries up to {@code firstAvailable} are gone. */
  void gap(long firstAvailable) {
    cursor = firstAvailable - 1;
    if (cursor > skimTo) {
      credit.jump(cursor);
      client.sink.gap(feed.key, firstAvailable);
    }
  }

  private void dropPage() {
    if (page.isPresent()) {
      page = Optional.empty();
      client.historyFreed();
    }
  }

  void end() {
    ended = true;
    page = Optional.empty();
  }
}
