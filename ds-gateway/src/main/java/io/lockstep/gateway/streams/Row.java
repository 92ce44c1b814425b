package io.lockstep.gateway.streams;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The subscriptions to one stream on one connection.
 *
 * <p>Most of them stand abreast most of the time: they have all there is, have credit, owe no pass,
 * and need nothing but the next entry. They come first here, and are given an entry all at once
 * without a look at any one of them, since to look at fifty thousand objects is to wait for memory
 * fifty thousand times. What they were given is written down once for all, and for one of them when
 * somebody wants to know (it is settled). Whoever cannot go along leaves the others, is served by
 * itself, and comes back when it has caught up.
 */
final class Row<F> {
  /** After so many deliveries all are settled. */
  private static final int UNSETTLED_MAX = 64;

  /** Deliveries to others that take as long as to look at one that is served by itself. */
  private static final int ALONE = 8;

  /** Index of a subscription that was removed. */
  private static final int GONE = Integer.MAX_VALUE;

  private static final int[] NONE = {};

  final Line<F> line;
  private final StreamFeed<F> feed;

  /** Where it stands among the rows of the stream. */
  int index;

  private final List<Subscription<F>> streams = new ArrayList<>(1);

  /** How many stand abreast: the first ones. */
  private int abreast;

  /** Of the sinks of those who stand abreast. */
  private int[] places = NONE;

  /** Those who stand abreast were given all up to this sequence number. */
  private long givenTo;

  /** Bytes that somebody who stood here always was given. */
  private long givenBytes;

  /** Bytes of the newest deliveries, {@link #unsettled} of them. */
  private int[] sizes = NONE;

  private int unsettled;

  /** Nobody who stands abreast runs out of entries before it was given this one. */
  private long entriesLast;

  /** Nobody who stands abreast runs out of bytes before so many were given. */
  private long bytesLast;

  Row(Line<F> line, StreamFeed<F> feed) {
    this.line = line;
    this.feed = feed;
  }

  boolean isEmpty() {
    return streams.isEmpty();
  }

  void add(Subscription<F> stream) {
    stream.index = streams.size();
    streams.add(stream);
  }

  void remove(Subscription<F> stream) {
    if (stream.index == GONE) {
      return;
    }
    part(stream);
    Subscription<F> last = streams.removeLast();
    if (last != stream) {
      streams.set(stream.index, last);
      last.index = stream.index;
    }
    stream.index = GONE;
  }

  /**
   * Lets each deliver what there is.
   *
   * @return about how many deliveries that was; whoever is served by itself counts as some
   */
  int serve(long now) {
    int deliveries = 1 + serveAbreast();
    deliveries += ALONE * (streams.size() - abreast);
    // One may remove itself and others meanwhile: going from the end, what moves into a free
    // place was served already.
    for (int i = streams.size() - 1; i >= abreast; i = Math.min(i, streams.size()) - 1) {
      Subscription<F> stream = streams.get(i);
      stream.client.live(stream, now);
    }
    for (int i = abreast; i < streams.size(); i++) {
      join(streams.get(i));
    }
    return deliveries;
  }

  private int serveAbreast() {
    int deliveries = 0;
    if (abreast > 0) {
      line.expect((int) Math.min(feed.newest() - givenTo, UNSETTLED_MAX));
    }
    while (abreast > 0 && givenTo < feed.newest()) {
      Optional<FeedItem<F>> next = feed.inMemory(givenTo + 1);
      if (next.isEmpty() && feed.isComing(givenTo + 1)) {
        return deliveries;
      }
      if (next.isEmpty() || next.get().opens().isPresent()) {
        partAll();
        return deliveries;
      }
      if (givenTo >= entriesLast || givenBytes >= bytesLast) {
        partWithoutCredit();
      }
      FeedItem<F> item = next.get();
      deliveries += abreast;
      line.deliver(item.frame(), places, abreast, this::part);
      given(item.bytes());
    }
    return deliveries;
  }

  private void given(int bytes) {
    if (unsettled == UNSETTLED_MAX) {
      settleAll();
    }
    if (unsettled == sizes.length) {
      sizes = Arrays.copyOf(sizes, Math.max(1, 2 * sizes.length));
    }
    sizes[unsettled++] = bytes;
    givenTo++;
    givenBytes += bytes;
  }

  private void join(Subscription<F> stream) {
    if (!stream.needsOnlyTheNext()) {
      return;
    }
    if (abreast == 0) {
      givenTo = stream.cursor();
      unsettled = 0;
      entriesLast = Long.MAX_VALUE;
      bytesLast = Long.MAX_VALUE;
    } else if (stream.cursor() != givenTo) {
      return;
    }
    swap(stream.index, abreast);
    if (abreast == places.length) {
      places = Arrays.copyOf(places, Math.max(1, 2 * abreast));
    }
    places[abreast++] = stream.client.sink.place();
    bound(stream);
  }

  private void bound(Subscription<F> stream) {
    entriesLast = Math.min(entriesLast, givenTo + stream.credit().entriesLeft());
    bytesLast = Math.min(bytesLast, givenBytes + stream.credit().bytesLeft());
  }

  private boolean standsAbreast(Subscription<F> stream) {
    return stream.index < abreast;
  }

  private void partWithoutCredit() {
    entriesLast = Long.MAX_VALUE;
    bytesLast = Long.MAX_VALUE;
    settleAll();
    for (int i = abreast - 1; i >= 0; i--) {
      Subscription<F> stream = streams.get(i);
      if (stream.credit().left()) {
        bound(stream);
      } else {
        part(i);
      }
    }
  }

  private void partAll() {
    for (int i = abreast - 1; i >= 0; i--) {
      part(i);
    }
  }

  /** The subscription is served by itself from now on. */
  void part(Subscription<F> stream) {
    if (standsAbreast(stream)) {
      part(stream.index);
    }
  }

  private void part(int index) {
    settle(streams.get(index));
    abreast--;
    places[index] = places[abreast];
    swap(index, abreast);
  }

  private void swap(int a, int b) {
    Subscription<F> first = streams.get(a);
    Subscription<F> second = streams.get(b);
    streams.set(a, second);
    streams.set(b, first);
    first.index = b;
    second.index = a;
  }

  /** The subscription learns what it was given. */
  void settle(Subscription<F> stream) {
    if (standsAbreast(stream)) {
      int since = (int) (givenTo - stream.cursor());
      stream.given(sizes, unsettled - since, unsettled);
    }
  }

  private void settleAll() {
    for (int i = 0; i < abreast; i++) {
      settle(streams.get(i));
    }
    unsettled = 0;
  }
}
