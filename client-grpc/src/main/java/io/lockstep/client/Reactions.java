package io.lockstep.client;

import io.lockstep.api.v1.ConnectResponse;
import io.lockstep.api.v1.DeliveryFrame;
import io.lockstep.api.v1.Detached;
import io.lockstep.api.v1.Gap;
import io.lockstep.api.v1.PassRequired;
import io.lockstep.api.v1.Reason;
import io.lockstep.api.v1.StreamRef;
import io.lockstep.client.GroupFold.Entry;
import io.lockstep.client.GroupSession.Delivered;
import io.lockstep.client.StreamLink.Showing;
import io.lockstep.client.service.Backoff;
import io.lockstep.mls.Group;
import io.lockstep.mls.GroupId;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** What the client does by itself about what the service sends. Called by the link's one thread. */
final class Reactions implements FramePump.Handler {
  /** A stream that is refused so often in a row, without a delivery in between, is given up. */
  private static final int REFUSALS_MAX = 6;

  /** What a service says is not believed beyond it. */
  private static final Duration WAIT_MAX = Duration.ofMinutes(1);

  /** Nobody waits longer than this many steps before it commits the proposals of others. */
  private static final int RANK_MAX = 32;

  private final Context context;
  private final GroupSessions sessions;
  private final StreamLink link;
  private final Inbox inbox;
  private final GroupChanges changes;
  private final GroupMessages messages;
  private final Map<GroupId, Integer> refusals = new HashMap<>();
  private final Map<GroupId, Backoff> waits = new HashMap<>();

  private final Backoff inboxWaits;
  private final Set<GroupId> committing = ConcurrentHashMap.newKeySet();

  Reactions(
      Context context,
      GroupSessions sessions,
      StreamLink link,
      Inbox inbox,
      GroupChanges changes,
      GroupMessages messages) {
    this.context = context;
    this.inboxWaits = context.backoff();
    this.sessions = sessions;
    this.link = link;
    this.inbox = inbox;
    this.changes = changes;
    this.messages = messages;
  }

  @Override
  public void deliveries(StreamRef stream, List<DeliveryFrame> frames) {
    link.delivered(stream, frames);
    if (stream.hasInboxId()) {
      inbox.deliver(frames);
    } else {
      group(stream).ifPresent(session -> deliver(session, frames));
    }
  }

  @Override
  public void other(ConnectResponse frame) {
    switch (frame.getFrameCase()) {
      case ATTACHED -> {
        link.attached(frame.getAttached());
        if (frame.getAttached().getStream().hasInboxId()) {
          inboxWaits.reset();
          connected();
        }
      }
      case DETACHED -> detached(frame.getDetached());
      case GAP -> gap(frame.getGap());
      case PASS_REQUIRED -> passRequired(frame.getPassRequired());
      // Nothing waits for the end of catching up; a kind of frame of a newer service is not for us.
      case CAUGHT_UP, DELIVERY, OPENED, FRAME_NOT_SET -> {}
    }
  }

  private Optional<GroupSession> group(StreamRef stream) {
    return sessions.find(new GroupId(stream.getGroupId().toByteArray()));
  }

  private void deliver(GroupSession session, List<DeliveryFrame> frames) {
    Delivered delivered = session.deliver(frames.stream().map(Reactions::entry).toList());
    refusals.remove(session.id());
    waits.remove(session.id());
    delivered.events().forEach(context::publish);
    if (delivered.faulted()) {
      link.stop(session);
      return;
    }
    link.acknowledge(session, Showing.IF_NEWER);
    GroupRecord record = session.record();
    switch (record.standing()) {
      case MEMBER -> member(session, record, delivered);
      case REMOVED, OUT_OF_STEP -> {
        link.stop(session);
        inbox.takeDeferred(session);
      }
      case JOINING, FAULTED -> {}
    }
  }

  private static Entry entry(DeliveryFrame frame) {
    return new Entry(
        frame.getSequence(),
        frame.getEpoch(),
        frame.getPayload(),
        frame.getChain(),
        Instant.ofEpochMilli(frame.getTimeMs()));
  }

  private void member(GroupSession session, GroupRecord record, Delivered delivered) {
    if (record.leaving()) {
      if (delivered.newEpoch()) {
        // The proposal of the old epoch is void.
        context.later(() -> messages.leave(session));
      }
    } else if (record.member().hasPendingProposals() && committing.add(session.id())) {
      Duration wait = context.limits().autoCommitStep().multipliedBy(rank(record.member()));
      context.later(
          () -> {
            try {
              pause(wait);
              messages.commitProposals(session);
            } finally {
              committing.remove(session.id());
            }
          });
    }
  }

  /** How many members are before this one; not everybody's place matters in a large group. */
  private static int rank(Group group) {
    long before =
        group.members().stream()
            .filter(member -> member.leaf().compareTo(group.ownLeaf()) < 0)
            .limit(RANK_MAX)
            .count();
    return (int) before;
  }

  private void connected() {
    context.publish(new ClientEvent.Connected());
    for (GroupSession session : sessions.all()) {
      context.later(() -> settle(session));
    }
  }

  /** Finishes what an earlier connection, or an earlier run, has left open. */
  private void settle(GroupSession session) {
    if (session.changes.tryLock()) {
      try {
        changes.settlePending(session, context.deadline());
      } finally {
        session.changes.unlock();
      }
    }
    if (session.record().standing() == Standing.MEMBER) {
      messages.settleOutbox(session);
    }
  }

  private void detached(Detached frame) {
    if (frame.getReason() == Reason.REASON_UNSPECIFIED) {
      return;
    }
    Duration told = Duration.ofMillis(Integer.toUnsignedLong(frame.getRetryAfterMs()));
    Duration atLeast = told.compareTo(WAIT_MAX) < 0 ? told : WAIT_MAX;
    if (frame.getStream().hasInboxId()) {
      inboxDetached(frame.getReason(), atLeast);
      return;
    }
    group(frame.getStream()).ifPresent(session -> detached(session, frame.getReason(), atLeast));
  }

  /** The inbox is this client's for as long as it has a token, so it is attached again. */
  private void inboxDetached(Reason reason, Duration atLeast) {
    switch (reason) {
      case SERVICE_UNAVAILABLE, OUTCOME_UNKNOWN, INTERNAL_ERROR, RATE_LIMITED -> {
        Duration wait = longer(inboxWaits.next(), atLeast);
        context.later(
            () -> {
              pause(wait);
              link.attachInboxAgain();
            });
      }
      default -> {}
    }
  }

  private static Duration longer(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? other : one;
  }

  private void detached(GroupSession session, Reason reason, Duration atLeast) {
    link.detached(session.id());
    if (session.pass().isEmpty()) {
      return;
    }
    boolean again =
        switch (reason) {
          case WRONG_PASS,
              PASS_EXPIRED,
              SERVICE_UNAVAILABLE,
              SHUTTING_DOWN,
              OUTCOME_UNKNOWN,
              INTERNAL_ERROR,
              RATE_LIMITED,
              // A gateway that has not heard of a new group yet.
              UNKNOWN_GROUP ->
              refusals.merge(session.id(), 1, Integer::sum) <= REFUSALS_MAX;
          default -> false;
        };
    if (again) {
      Duration backoff = waits.computeIfAbsent(session.id(), ignored -> context.backoff()).next();
      Duration wait = longer(backoff, atLeast);
      context.later(
          () -> {
            pause(wait);
            link.attach(session);
          });
    } else {
      context.publish(new ClientEvent.AccessLost(session.id(), reason));
    }
  }

  private void gap(Gap gap) {
    if (gap.getStream().hasInboxId()) {
      inbox.gap(gap.getFirstAvailable());
      return;
    }
    group(gap.getStream())
        .ifPresent(
            session -> {
              link.stop(session);
              session.lose();
              context.publish(
                  new ClientEvent.OutOfStep(
                      session.id(), gap.getFirstAvailable(), "entries before it are gone"));
              inbox.takeDeferred(session);
            });
  }

  private void passRequired(PassRequired frame) {
    group(frame.getStream())
        .filter(session -> session.pass().isPresent())
        .filter(session -> session.pass().get().epoch() >= frame.getEpoch())
        .ifPresent(session -> link.acknowledge(session, Showing.AGAIN));
  }

  private static void pause(Duration wait) {
    try {
      Thread.sleep(wait);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LockstepException.Closed("interrupted");
    }
  }
}
