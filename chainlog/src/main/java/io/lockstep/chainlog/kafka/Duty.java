package io.lockstep.chainlog.kafka;

import io.lockstep.chainlog.Ahead;

/** What this process is to a partition; a new object each time that it gets the partition. */
final class Duty {
  private volatile Role role;
  private final Ahead bearable = new Ahead();
  private volatile long sinceNanos = System.nanoTime();

  /** Whether the group has given this process the partition, or the place behind its owner. */
  enum Role {
    OWNER,
    STANDBY
  }

  Duty(Role role) {
    this.role = role;
  }

  Role role() {
    return role;
  }

  boolean isOwner() {
    return role == Role.OWNER;
  }

  void become(Role next) {
    role = next;
  }

  /** The log could not be followed beyond this submission. */
  synchronized void stuck(long source) {
    bearable.stuck(source);
  }

  synchronized int recordsAheadMax() {
    return bearable.recordsMax();
  }

  /** The partition is restored from now on. */
  void restart() {
    sinceNanos = System.nanoTime();
  }

  /** Since the partition was given, or had to be restored again. */
  long nanosSinceStart() {
    return System.nanoTime() - sinceNanos;
  }
}
