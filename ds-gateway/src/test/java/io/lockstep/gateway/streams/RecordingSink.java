package io.lockstep.gateway.streams;

import io.lockstep.api.v1.Reason;
import io.lockstep.gateway.admission.Refused;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A client that keeps what it is told and checks {@code DenseSequence} while it is told: after an
 * attachment each delivery is the one after the last.
 */
final class RecordingSink implements Sink<String> {
  final List<String> told = new ArrayList<>();
  final Map<String, Long> cursors = new HashMap<>();
  final Map<String, Reason> detached = new HashMap<>();
  final Map<String, Integer> caughtUp = new HashMap<>();
  int room = Integer.MAX_VALUE;
  private final int place;

  /** Sequence numbers that were delivered and not acknowledged. */
  final Map<String, List<Long>> unacknowledged = new HashMap<>();

  /** Streams that are attached as far as the client knows. */
  final Set<String> attached = new HashSet<>();

  private CreditLimits credit = CreditLimits.DEFAULT;

  /** A sink alone. */
  RecordingSink() {
    this(-1);
  }

  /**
   * @param place on a {@link SharedLine}
   */
  RecordingSink(int place) {
    this.place = place;
  }

  @Override
  public int place() {
    return place;
  }

  /** What the client has stored when it attaches. */
  void attaching(String key, long afterSequence) {
    cursors.put(key, afterSequence);
    detached.remove(key);
    unacknowledged.remove(key);
    attached.remove(key);
    caughtUp.remove(key);
  }

  @Override
  public boolean ready() {
    return room > 0;
  }

  @Override
  public void delivery(String key, String frame) {
    if (room <= 0) {
      throw new AssertionError("a delivery to a sink that is not ready");
    }
    room--;
    told.add(frame);
    useCredit(key);
    long sequence = cursors.merge(key, 1L, Long::sum);
    if (!frame.equals(key + "/" + sequence)) {
      throw new AssertionError("expected " + key + "/" + sequence + " but was given " + frame);
    }
    if (detached.containsKey(key)) {
      throw new AssertionError(frame + " after the stream was detached");
    }
  }

  private void useCredit(String key) {
    List<Long> open = unacknowledged.computeIfAbsent(key, first -> new ArrayList<>());
    int bytes = open.stream().mapToInt(FakeLog::bytes).sum();
    if (open.size() >= credit.entriesMax() || bytes >= credit.bytesMax()) {
      throw new AssertionError("a delivery without credit: " + key + " after " + open);
    }
    open.add(cursors.get(key) + 1);
  }

  /** The client says so; the caller tells the fan-out. */
  void acknowledged(String key, long sequence) {
    unacknowledged
        .getOrDefault(key, new ArrayList<>())
        .removeIf(delivered -> delivered <= sequence);
  }

  @Override
  public void attached(String key, long sequence, long epoch, CreditLimits credit) {
    this.credit = credit;
    attached.add(key);
    told.add("attached " + key + " " + sequence + " epoch " + epoch);
  }

  @Override
  public void caughtUp(String key, long sequence) {
    told.add("caught up " + key + " " + sequence);
    if (caughtUp.merge(key, 1, Integer::sum) > 1) {
      throw new AssertionError("caught up twice");
    }
    if (cursors.get(key) < sequence) {
      throw new AssertionError("caught up at " + cursors.get(key) + " of " + sequence);
    }
  }

  @Override
  public void gap(String key, long firstAvailable) {
    told.add("gap " + key + " " + firstAvailable);
    cursors.put(key, firstAvailable - 1);
    unacknowledged.remove(key);
  }

  @Override
  public void passRequired(String key, long epoch, long graceMillis) {
    told.add("pass required " + key + " " + epoch + " " + graceMillis);
  }

  @Override
  public void refused(String key, Refused why) {
    told.add("refused " + key + " " + why.metadata().get("limit"));
    attached.remove(key);
  }

  @Override
  public void detached(String key, Reason reason) {
    told.add("detached " + key + " " + reason);
    detached.put(key, reason);
    attached.remove(key);
  }
}
