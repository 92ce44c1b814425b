package io.lockstep.gateway.streams;

import io.lockstep.api.v1.Reason;
import io.lockstep.gateway.admission.Refused;
import java.util.Optional;

/**
 * One attachment on its way: follow the log, ask the owner for the stream's state as of then, check
 * the pass, begin. What the client names may be a moment ahead of this gateway or of the owner,
 * since it heard of it elsewhere, so a stream or sequence number that is not there is asked for
 * again a few times.
 */
final class Attachment<F> {
  static final int TRIES_MAX = 25;
  static final long RETRY_MILLIS = 40;
  private static final StreamSource.PageSize ONE = new StreamSource.PageSize(1, 1);

  private final Fanout<F> fanout;
  private final Client<F> client;
  private final AttachRequest request;
  private final StreamFeed<F> feed;
  private final long nameable;
  private boolean done;
  private long asOf;
  private int tries;

  /**
   * @param nameable newest sequence number that an earlier attachment of the call has delivered
   */
  Attachment(Fanout<F> fanout, Client<F> client, AttachRequest request, long nameable) {
    this.nameable = nameable;
    this.fanout = fanout;
    this.client = client;
    this.request = request;
    this.feed = fanout.hold(request.key());
  }

  String key() {
    return request.key();
  }

  void begin() {
    if (done) {
      return;
    }
    fanout
        .source()
        .follow(
            key(),
            Reply.of(
                offset -> {
                  asOf = offset;
                  askState();
                },
                failure -> fail(Reason.SERVICE_UNAVAILABLE)));
  }

  void abandon() {
    if (!done) {
      done = true;
      fanout.release(feed);
    }
  }

  private void askState() {
    if (!done) {
      tries++;
      fanout.state(key(), Reply.of(this::judge, failure -> fail(Reason.SERVICE_UNAVAILABLE)));
    }
  }

  private void judge(Snapshot snapshot) {
    if (done) {
      return;
    }
    Optional<Reason> missing = missing(snapshot);
    if (missing.isEmpty()) {
      feed.know(snapshot);
      checkPass(snapshot);
    } else if (tries < TRIES_MAX) {
      fanout.timers().later(RETRY_MILLIS, this::askState);
    } else {
      fail(missing.get());
    }
  }

  private Optional<Reason> missing(Snapshot snapshot) {
    if (snapshot.foldedTo() < asOf) {
      return Optional.of(Reason.SERVICE_UNAVAILABLE);
    }
    if (!snapshot.exists() && request.pass().isPresent()) {
      return Optional.of(Reason.UNKNOWN_GROUP);
    }
    long passSequence = request.pass().map(AttachRequest.Pass::sequence).orElse(0L);
    if (Long.compareUnsigned(request.afterSequence(), snapshot.sequence()) > 0
        || Long.compareUnsigned(passSequence, snapshot.sequence()) > 0) {
      return Optional.of(Reason.INVALID_FIELD);
    }
    return Optional.empty();
  }

  private void checkPass(Snapshot snapshot) {
    if (request.pass().isEmpty()) {
      start(snapshot, Optional.empty());
      return;
    }
    AttachRequest.Pass shown = request.pass().get();
    Optional<Opening> known = snapshot.openedBy(shown.sequence());
    if (known.isPresent()) {
      checkPass(snapshot, shown, known);
      return;
    }
    fanout
        .source()
        .history(
            key(),
            shown.sequence() - 1,
            ONE,
            Reply.of(
                page -> {
                  if (Long.compareUnsigned(page.firstAvailable(), shown.sequence()) > 0) {
                    fail(Reason.PASS_EXPIRED);
                  } else {
                    checkPass(snapshot, shown, opening(page, shown.sequence()));
                  }
                },
                failure -> fail(Reason.SERVICE_UNAVAILABLE)));
  }

  private Optional<Opening> opening(HistoryPage<F> page, long sequence) {
    return page.items().stream()
        .filter(item -> item.sequence() == sequence)
        .findFirst()
        .flatMap(FeedItem::opens);
  }

  private void checkPass(Snapshot snapshot, AttachRequest.Pass shown, Optional<Opening> opening) {
    if (done) {
      return;
    }
    if (opening.isEmpty() || !opening.get().pass().matches(shown.hash())) {
      fail(Reason.WRONG_PASS);
      return;
    }
    try {
      fanout.shared().attach(key());
    } catch (Refused tooMany) {
      abandon();
      client.attachmentRefused(this, tooMany);
      return;
    }
    start(snapshot, opening);
  }

  private void start(Snapshot snapshot, Optional<Opening> shown) {
    done = true;
    long after = request.afterSequence();
    long cursor = shown.isPresent() ? Math.min(after, allowedFrom(snapshot, shown.get())) : after;
    Optional<PassPolicy> pass =
        shown.map(
            opening -> new PassPolicy(opening.epoch(), cursor, fanout.limits().graceMillis()));
    Subscription<F> stream =
        new Subscription<>(
            client,
            feed,
            new Subscription.Start(cursor, after, snapshot.sequence(), nameable),
            pass);
    feed.subscribers().add(stream);
    feed.release();
    client.attached(this, stream);
  }

  /**
   * From where the entries must be looked at, so that the Commit that ended the shown epoch is not
   * missed: a client may say that it has stored everything after it.
   */
  private static long allowedFrom(Snapshot snapshot, Opening shown) {
    if (shown.epoch() == snapshot.epoch()) {
      return Long.MAX_VALUE;
    }
    return snapshot.ended(shown.epoch()).map(end -> end.sequence() - 1).orElse(shown.sequence());
  }

  private void fail(Reason reason) {
    if (!done) {
      done = true;
      fanout.release(feed);
      client.attachmentFailed(this, reason);
    }
  }
}
