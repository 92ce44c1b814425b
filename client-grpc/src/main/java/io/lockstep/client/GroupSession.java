package io.lockstep.client;

import com.google.protobuf.ByteString;
import io.lockstep.client.GroupFold.Entry;
import io.lockstep.client.GroupFold.Settled;
import io.lockstep.client.GroupFold.Step;
import io.lockstep.client.history.HistoryException;
import io.lockstep.client.state.StateVault;
import io.lockstep.mls.Group;
import io.lockstep.mls.GroupId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/**
 * The record of one group, in memory and on disk: written before anybody can see that it changed.
 * Thread-safe; no call to a service is made while its lock is held.
 */
final class GroupSession {
  private static final String PREFIX = "group/";

  private final StateVault vault;
  private final GroupFold fold;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Map<ByteString, Settled> settled = new HashMap<>();
  private final Map<ByteString, Integer> awaited = new HashMap<>();
  private GroupRecord record;
  private boolean dirty;
  private boolean closed;

  /** Held by whoever changes the epoch: one creation or Commit of ours at a time. */
  final ReentrantLock changes = new ReentrantLock(true);

  private GroupSession(StateVault vault, GroupFold fold, GroupRecord record) {
    this.vault = vault;
    this.fold = fold;
    this.record = record;
  }

  static GroupSession create(StateVault vault, GroupFold fold, GroupRecord record) {
    GroupSession session = new GroupSession(vault, fold, record);
    session.edit(UnaryOperator.identity());
    return session;
  }

  static List<GroupSession> load(StateVault vault, GroupFold fold) {
    List<GroupSession> sessions = new ArrayList<>();
    for (String name : vault.names(PREFIX)) {
      byte[] encoded = vault.read(name).orElseThrow();
      sessions.add(new GroupSession(vault, fold, GroupRecordCodec.decode(encoded)));
    }
    return sessions;
  }

  GroupId id() {
    return record().id();
  }

  GroupRecord record() {
    lock.lock();
    try {
      return record;
    } finally {
      lock.unlock();
    }
  }

  /** The record of a group in which something can be done. */
  GroupRecord requireMember() {
    GroupRecord now = record();
    if (now.standing() != Standing.MEMBER) {
      throw new LockstepException.WrongStanding(now.standing(), "not a member in step");
    }
    return now;
  }

  /** Replaces the record; on return it is on disk. */
  GroupRecord edit(UnaryOperator<GroupRecord> edit) {
    lock.lock();
    try {
      requireOpen();
      save(edit.apply(record));
      return record;
    } finally {
      lock.unlock();
    }
  }

  /** The outcome of a {@link #deliver}. */
  record Delivered(List<ClientEvent> events, boolean faulted, boolean newEpoch) {}

  /**
   * Folds delivered entries in, and stores once. At a contradiction the entries before it are kept,
   * the group is FAULTED, and the entry itself and all after it are not taken.
   */
  Delivered deliver(List<Entry> entries) {
    lock.lock();
    try {
      requireOpen();
      if (record.standing() == Standing.FAULTED) {
        return new Delivered(List.of(), true, false);
      }
      long epochOpenedBy = record.passSequence();
      List<ClientEvent> events = new ArrayList<>();
      List<Settled> outcomes = new ArrayList<>();
      GroupRecord next = record;
      boolean faulted = false;
      try {
        for (Entry entry : entries) {
          Step step = fold.apply(next, entry);
          next = step.next();
          events.addAll(step.events());
          outcomes.addAll(step.settled());
        }
      } catch (HistoryException e) {
        faulted = true;
        next = next.withStanding(Standing.FAULTED);
        events.add(new ClientEvent.ForkDetected(next.id(), e.contradiction(), e.sequence()));
      }
      save(next);
      outcomes.forEach(this::settle);
      return new Delivered(events, faulted, next.passSequence() != epochOpenedBy);
    } finally {
      lock.unlock();
    }
  }

  /** Stops the group at a contradiction that showed elsewhere; the event to publish. */
  ClientEvent fault(HistoryException contradiction) {
    edit(now -> now.withStanding(Standing.FAULTED));
    return new ClientEvent.ForkDetected(
        id(), contradiction.contradiction(), contradiction.sequence());
  }

  /** Entries are gone: what is on its way is given up, and the group waits for a resync. */
  void lose() {
    lock.lock();
    try {
      requireOpen();
      List<Settled> abandoned = GroupFold.abandoned(record);
      save(record.outOfStep());
      abandoned.forEach(this::settle);
    } finally {
      lock.unlock();
    }
  }

  /**
   * From now on the outcome of a submission is kept for {@link #await}. To be called before the
   * submission is stored: as soon as it is, the stream, or the work after a reconnect, may settle
   * it.
   */
  void expect(ByteString submission) {
    lock.lock();
    try {
      awaited.merge(submission, 1, Integer::sum);
    } finally {
      lock.unlock();
    }
  }

  /**
   * {@link #expect} of the change that is stored as pending; false, and nothing to forget, if it no
   * longer is. A Commit of another member can overtake ours before we come to hand it in, and then
   * no outcome would follow.
   */
  boolean expectPending(ByteString submission) {
    lock.lock();
    try {
      boolean open = record.pending().filter(p -> p.id().equals(submission)).isPresent();
      if (open) {
        expect(submission);
      }
      return open;
    } finally {
      lock.unlock();
    }
  }

  /** {@link #expect} of a message in the outbox; false if it left it, or if somebody is at it. */
  boolean expectAlone(ByteString submission) {
    lock.lock();
    try {
      boolean open = record.outbox().stream().anyMatch(o -> o.id().equals(submission));
      return open && awaited.putIfAbsent(submission, 1) == null;
    } finally {
      lock.unlock();
    }
  }

  /** The counterpart of all of these. */
  void forget(ByteString submission) {
    lock.lock();
    try {
      if (awaited.merge(submission, -1, Integer::sum) == 0) {
        awaited.remove(submission);
        settled.remove(submission);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Waits until the stream has settled a submission; empty when the deadline passes first. */
  Optional<Settled> await(ByteString submission, Deadline deadline) {
    lock.lock();
    try {
      waitFor(ignored -> settled.containsKey(submission), deadline);
      return Optional.ofNullable(settled.get(submission));
    } finally {
      lock.unlock();
    }
  }

  /** Waits until the record is as wanted; false when the deadline passes first. */
  boolean awaitRecord(Predicate<GroupRecord> wanted, Deadline deadline) {
    lock.lock();
    try {
      return waitFor(wanted, deadline);
    } finally {
      lock.unlock();
    }
  }

  Optional<Settled> settledNow(ByteString submission) {
    lock.lock();
    try {
      return Optional.ofNullable(settled.get(submission));
    } finally {
      lock.unlock();
    }
  }

  /** The application has taken a message; goes to disk with the next change or at the end. */
  void handled(long sequence) {
    lock.lock();
    try {
      record = record.handled(sequence);
      dirty = true;
    } finally {
      lock.unlock();
    }
  }

  /** Drops the record for good. */
  void delete() {
    lock.lock();
    try {
      vault.delete(PREFIX + record.id());
      closed = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Stores what is not stored yet and wakes all who wait. */
  void close() {
    lock.lock();
    try {
      if (!closed && dirty) {
        save(record);
      }
      closed = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** As a crash would: nothing is stored. */
  void abandon() {
    lock.lock();
    try {
      closed = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private boolean waitFor(Predicate<GroupRecord> wanted, Deadline deadline) {
    try {
      while (!wanted.test(record)) {
        requireOpen();
        long left = deadline.left();
        if (left <= 0) {
          return false;
        }
        long ignored = changed.awaitNanos(Math.min(left, TimeUnit.SECONDS.toNanos(1)));
      }
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LockstepException.Closed("interrupted");
    }
  }

  private void settle(Settled outcome) {
    if (awaited.containsKey(outcome.submission())) {
      settled.put(outcome.submission(), outcome);
    }
  }

  private void save(GroupRecord next) {
    vault.write(PREFIX + next.id(), GroupRecordCodec.encode(next));
    overwrite(record, next);
    record = next;
    dirty = false;
    changed.signalAll();
  }

  /**
   * The keys that the stored record no longer has. A pending change shares keys with the value it
   * was made from, so none of these values is touched while there is one.
   */
  private static void overwrite(GroupRecord before, GroupRecord next) {
    if (before.pending().isEmpty() && next.pending().isEmpty()) {
      before.group().ifPresent(old -> next.group().ifPresentOrElse(old::wipeExcept, old::wipe));
    }
  }

  private void requireOpen() {
    if (closed) {
      throw new LockstepException.Closed("the client is closed");
    }
  }

  /** The pass of the newest epoch that this client has, and the entry that opened it. */
  Optional<Pass> pass() {
    lock.lock();
    try {
      return switch (record.standing()) {
        case MEMBER -> record.group().map(group -> pass(group, record.passSequence()));
        case JOINING ->
            record
                .pending()
                .filter(pending -> pending.sequence() != 0)
                .map(pending -> pass(pending.next(), pending.sequence()));
        case OUT_OF_STEP, FAULTED, REMOVED -> Optional.empty();
      };
    } finally {
      lock.unlock();
    }
  }

  private static Pass pass(Group group, long openedBy) {
    return new Pass(ByteString.copyFrom(Requests.pass(group)), openedBy, group.epoch());
  }

  /** A pass on its way to the service. */
  record Pass(ByteString value, long sequence, long epoch) {
    @Override
    public String toString() {
      return "Pass[of epoch " + epoch + "]";
    }
  }
}
