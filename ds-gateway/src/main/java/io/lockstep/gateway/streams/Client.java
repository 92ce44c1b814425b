package io.lockstep.gateway.streams;

import io.lockstep.api.v1.Reason;
import io.lockstep.gateway.admission.Refused;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * All streams of one connection. Streams that may have something to deliver stand in a queue and
 * are served in turns, one entry each, as long as the sink is ready; a stream never loses its place
 * by that, only time.
 */
public final class Client<F> {
  /** Of so many streams that the client left it is known how far they were delivered. */
  private static final int LEFT_MAX = 64;

  final Sink<F> sink;
  final Line<F> line;
  private final Fanout<F> fanout;
  private final Map<String, Subscription<F>> streams = new HashMap<>();
  private final Map<String, Attachment<F>> attaching = new HashMap<>();
  private final ArrayDeque<Subscription<F>> queue = new ArrayDeque<>(1);
  private final Set<Subscription<F>> parked = new LinkedHashSet<>();

  /** Up to where streams were delivered that the client left: it may acknowledge that still. */
  private final Map<String, Long> left = new LinkedHashMap<>();

  /** Of the queue: to look at it is to wait for memory, in a pass over many clients. */
  private int queued;

  private boolean resuming;
  private boolean running;
  private boolean slow;
  private boolean closed;

  Client(Fanout<F> fanout, Sink<F> sink, Line<F> line) {
    this.fanout = fanout;
    this.sink = sink;
    this.line = line;
  }

  /**
   * Attaches a stream; the sink is told the outcome. A stream that is attached already starts anew.
   */
  public void attach(AttachRequest request) {
    if (closed) {
      return;
    }
    detachQuietly(request.key());
    long nameable = left.getOrDefault(request.key(), 0L);
    if (streams.size() + attaching.size() >= fanout.limits().streamsPerClientMax()) {
      refuse(request.key(), Reason.TOO_MANY_STREAMS);
      return;
    }
    Attachment<F> attachment = new Attachment<>(fanout, this, request, nameable);
    attaching.put(request.key(), attachment);
    fanout.begin(attachment);
  }

  public void detach(String key) {
    sink.detached(key, detachQuietly(key) ? Reason.REASON_UNSPECIFIED : Reason.NOT_ATTACHED);
  }

  /**
   * The client has stored a stream up to here. What is older than an earlier acknowledgement, or of
   * a stream that is not attached, is ignored.
   *
   * @return false when it names what it was not given
   */
  public boolean acknowledge(String key, long sequence) {
    Subscription<F> stream = streams.get(key);
    if (stream == null) {
      return true;
    }
    boolean waited = stream.waiting();
    boolean given = stream.acknowledged(sequence);
    if (waited && !stream.waiting()) {
      fanout.meter().withoutCredit(-1);
      wake(stream);
      run();
    }
    return given;
  }

  /** A newer pass of an attached group. Passes for streams that are not attached are ignored. */
  public void show(String key, long passSequence, PassHash pass) {
    Subscription<F> stream = streams.get(key);
    if (stream == null || stream.pass().isEmpty()) {
      return;
    }
    stream.row.part(stream);
    switch (stream.pass().get().show(passSequence, pass)) {
      case WRONG -> end(stream, Reason.WRONG_PASS);
      case ACCEPTED -> {
        watchPass(stream);
        wake(stream);
        run();
      }
      case NOTED -> {}
    }
  }

  /** Streams that are attached, or about to be. */
  public int open() {
    return streams.size() + attaching.size();
  }

  /** Whether the stream is attached, or about to be. */
  public boolean knows(String key) {
    return streams.containsKey(key) || attaching.containsKey(key);
  }

  /** The sink can take more. */
  public void ready() {
    run();
  }

  /** The connection is gone. */
  public void close() {
    closed = true;
    for (Attachment<F> attachment : List.copyOf(attaching.values())) {
      attachment.abandon();
    }
    attaching.clear();
    for (Subscription<F> stream : List.copyOf(streams.values())) {
      drop(stream);
    }
    queue.clear();
    queued = 0;
    parked.clear();
    measureSlow();
  }

  void attachmentFailed(Attachment<F> attachment, Reason reason) {
    if (attaching.remove(attachment.key(), attachment)) {
      refuse(attachment.key(), reason);
    }
  }

  void attachmentRefused(Attachment<F> attachment, Refused why) {
    if (attaching.remove(attachment.key(), attachment)) {
      sink.refused(attachment.key(), why);
    }
  }

  void attached(Attachment<F> attachment, Subscription<F> stream) {
    attaching.remove(attachment.key(), attachment);
    streams.put(stream.feed.key, stream);
    fanout.meter().attached(1);
    fanout.shared().change(stream.feed.key, 1);
    sink.attached(stream.feed.key, stream.target(), stream.feed.epoch(), limits().credit());
    wake(stream);
    run();
  }

  void wake(Subscription<F> stream) {
    if (!stream.queued && !stream.ended() && !stream.waiting()) {
      stream.queued = true;
      queued++;
      queue.add(stream);
    }
  }

  /** There is something new for a stream. Where no other one waits it needs no queue. */
  void live(Subscription<F> stream, long now) {
    if (running || closed || queued > 0 || stream.waiting()) {
      wake(stream);
    } else {
      running = true;
      try {
        serveAlone(stream, now);
      } finally {
        running = false;
      }
    }
    if (queued > 0) {
      run(now);
    }
  }

  private void serveAlone(Subscription<F> stream, long now) {
    for (int steps = fanout.limits().stepsPerPassMax(); steps > 0 && sink.ready(); steps--) {
      if (!step(stream, now)) {
        return;
      }
    }
    wake(stream);
  }

  /** Whether it moved. */
  private boolean step(Subscription<F> stream, long now) {
    switch (stream.step(now)) {
      case MOVED -> {
        return true;
      }
      case READ -> read(stream);
      case IDLE -> {}
      case NO_CREDIT -> fanout.meter().withoutCredit(1);
    }
    return false;
  }

  void run() {
    run(fanout.timers().nowMillis());
  }

  /** Serves the queue until it is empty, the sink is full, or others must have their turn. */
  private void run(long now) {
    if (running) {
      return;
    }
    running = true;
    try {
      serve(now);
    } finally {
      running = false;
      measureSlow();
    }
  }

  FanoutLimits limits() {
    return fanout.limits();
  }

  private void measureSlow() {
    boolean now = !closed && queued > 0 && !sink.ready();
    if (now != slow) {
      slow = now;
      fanout.meter().slow(now ? 1 : -1);
    }
  }

  private void serve(long now) {
    int steps = fanout.limits().stepsPerPassMax();
    while (!closed && queued > 0 && sink.ready()) {
      if (steps-- == 0) {
        resumeLater();
        return;
      }
      Subscription<F> stream = queue.removeFirst();
      stream.queued = false;
      queued--;
      if (step(stream, now)) {
        wake(stream);
      }
    }
  }

  private void resumeLater() {
    if (!resuming) {
      resuming = true;
      fanout
          .timers()
          .later(
              0,
              () -> {
                resuming = false;
                run();
              });
    }
  }

  private void read(Subscription<F> stream) {
    long held = streams.values().stream().filter(Subscription::holdsHistory).count();
    if (held >= fanout.limits().readsPerClientMax()) {
      parked.add(stream);
      return;
    }
    stream.beginRead();
    fanout.read(stream);
  }

  /** A stream has used its page up, so another one may read. */
  void historyFreed() {
    Iterator<Subscription<F>> waiting = parked.iterator();
    if (waiting.hasNext()) {
      Subscription<F> next = waiting.next();
      waiting.remove();
      wake(next);
    }
  }

  /** A page has come, or there is nothing yet. */
  void pageCame(Subscription<F> stream, Optional<HistoryPage<F>> page) {
    if (stream.ended()) {
      return;
    }
    stream.endRead(page);
    if (!stream.holdsHistory()) {
      historyFreed();
    }
    wake(stream);
    run();
  }

  void gap(Subscription<F> stream, long firstAvailable) {
    if (stream.ended()) {
      return;
    }
    stream.endRead(Optional.empty());
    historyFreed();
    stream.gap(firstAvailable);
    if (stream.pass().isPresent() && !stream.pass().get().covers(stream.feed.epoch())) {
      end(stream, Reason.PASS_EXPIRED);
      return;
    }
    wake(stream);
    run();
  }

  /** Sets the timer for what the pass policy wants to be told next. */
  void watchPass(Subscription<F> stream) {
    OptionalLong at = stream.pass().map(PassPolicy::wakeAt).orElse(OptionalLong.empty());
    if (at.isEmpty() || stream.ended()) {
      return;
    }
    long due = at.getAsLong();
    if (stream.passTimerAt != 0 && stream.passTimerAt <= due) {
      return;
    }
    stream.passTimerAt = due;
    long wait = Math.max(1, due - fanout.timers().nowMillis());
    fanout.timers().later(wait, () -> passDue(stream, due));
  }

  private void passDue(Subscription<F> stream, long due) {
    if (stream.passTimerAt == due) {
      stream.passTimerAt = 0;
    }
    if (stream.ended() || stream.pass().isEmpty()) {
      return;
    }
    switch (stream.pass().get().demand(fanout.timers().nowMillis())) {
      case PassPolicy.Demand.None() -> {}
      case PassPolicy.Demand.Show(long epoch, long graceMillis) ->
          sink.passRequired(stream.feed.key, epoch, graceMillis);
      case PassPolicy.Demand.Expired() -> end(stream, Reason.PASS_EXPIRED);
    }
    watchPass(stream);
  }

  void end(Subscription<F> stream, Reason reason) {
    drop(stream);
    refuse(stream.feed.key, reason);
  }

  private void refuse(String key, Reason reason) {
    fanout.meter().detached(reason);
    sink.detached(key, reason);
  }

  private boolean detachQuietly(String key) {
    Attachment<F> attachment = attaching.remove(key);
    if (attachment != null) {
      attachment.abandon();
    }
    Subscription<F> stream = streams.get(key);
    if (stream != null) {
      left.remove(key);
      left.put(key, stream.nameable());
      if (left.size() > LEFT_MAX) {
        left.remove(left.keySet().iterator().next());
      }
      drop(stream);
    }
    return attachment != null || stream != null;
  }

  private void drop(Subscription<F> stream) {
    boolean held = stream.holdsHistory();
    if (streams.remove(stream.feed.key, stream)) {
      fanout.meter().attached(-1);
      fanout.shared().change(stream.feed.key, -1);
      if (stream.waiting()) {
        fanout.meter().withoutCredit(-1);
      }
    }
    stream.end();
    if (stream.queued && queue.remove(stream)) {
      queued--;
    }
    parked.remove(stream);
    fanout.leave(stream);
    if (held) {
      historyFreed();
    }
  }
}
