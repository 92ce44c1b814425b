package io.lockstep.sequencer.dispatch.kafka;

import java.util.concurrent.atomic.AtomicLong;

/** The counters behind {@link DispatcherCounts}. */
final class Tally {
  final AtomicLong commits = new AtomicLong();
  final AtomicLong invitations = new AtomicLong();
  final AtomicLong failures = new AtomicLong();
  final AtomicLong stuck = new AtomicLong();
  final AtomicLong undeliverable = new AtomicLong();

  DispatcherCounts counts() {
    return new DispatcherCounts(
        commits.get(), invitations.get(), failures.get(), stuck.get(), undeliverable.get());
  }
}
