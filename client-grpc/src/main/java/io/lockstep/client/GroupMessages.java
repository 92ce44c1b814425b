package io.lockstep.client;

import com.google.protobuf.ByteString;
import io.lockstep.api.v1.SubmitRequest;
import io.lockstep.api.v1.SubmitResponse;
import io.lockstep.client.GroupFold.Settled;
import io.lockstep.client.history.HistoryException;
import io.lockstep.client.history.HistoryException.Contradiction;
import io.lockstep.client.service.Backoff;
import io.lockstep.mls.CommitOptions;
import io.lockstep.mls.Group;
import io.lockstep.mls.HandshakeOptions;
import io.lockstep.mls.MlsException;
import io.lockstep.mls.Proposed;
import io.lockstep.mls.Protected;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Application messages and proposals of this client. Each is stored with its submission id before
 * it is handed in and stays stored until it comes back on the stream: then it is sent once,
 * whatever fails in between.
 */
final class GroupMessages {
  private final Context context;
  private final GroupChanges changes;
  private final StreamLink link;

  GroupMessages(Context context, GroupChanges changes, StreamLink link) {
    this.context = context;
    this.changes = changes;
    this.link = link;
  }

  SentMessage send(GroupSession session, ByteString data) {
    Deadline deadline = context.deadline();
    for (int i = 0; i < context.limits().commitAttemptsMax(); i++) {
      commitProposals(session);
      ByteString id = Requests.randomId(context.random());
      Optional<SentMessage> sent =
          expecting(
              session,
              id,
              () ->
                  protect(session, id, data)
                      .flatMap(message -> deliver(session, message, deadline)));
      if (sent.isPresent()) {
        return sent.get();
      }
    }
    throw new LockstepException.TooManyLostRaces(context.limits().commitAttemptsMax());
  }

  /** Is at a submission from before it is stored, so that nobody else sends it again meanwhile. */
  private static <T> T expecting(GroupSession session, ByteString id, Supplier<T> work) {
    session.expect(id);
    try {
      return work.get();
    } finally {
      session.forget(id);
    }
  }

  /** RFC 9420, 12.4: who has seen proposals commits them before it sends anything else. */
  void commitProposals(GroupSession session) {
    GroupRecord record = session.requireMember();
    if (record.leaving()) {
      throw new LockstepException.WrongStanding(record.standing(), "leaving this group");
    }
    if (record.member().hasPendingProposals()) {
      changes.commit(
          session,
          group ->
              group.hasPendingProposals()
                  ? Optional.of(GroupChanges.Plan.of(CommitOptions.empty()))
                  : Optional.empty());
    }
  }

  /** Asks the others to remove this client; alone in the group, it goes at once. */
  void leave(GroupSession session) {
    Deadline deadline = context.deadline();
    if (session.requireMember().member().members().size() == 1) {
      link.stop(session);
      session.edit(GroupRecord::removed);
      context.publish(new ClientEvent.RemovedFromGroup(session.id(), Optional.empty()));
      return;
    }
    session.edit(record -> record.with(draft -> draft.leaving = true));
    for (int i = 0; i < context.limits().commitAttemptsMax(); i++) {
      if (session.record().standing() == Standing.REMOVED) {
        return;
      }
      ByteString id = Requests.randomId(context.random());
      Optional<SentMessage> proposed =
          expecting(session, id, () -> deliver(session, proposeRemoval(session, id), deadline));
      if (proposed.isPresent()) {
        return;
      }
    }
    throw new LockstepException.TooManyLostRaces(context.limits().commitAttemptsMax());
  }

  /** Goes on with what an earlier call, or an earlier run, has left on its way. */
  void settleOutbox(GroupSession session) {
    List<Outgoing> open = session.record().outbox();
    for (Outgoing message : open) {
      if (message.kind() == Outgoing.Kind.APPLICATION && session.expectAlone(message.id())) {
        boolean sent;
        try {
          sent = deliver(session, message, context.deadline()).isPresent();
        } finally {
          session.forget(message.id());
        }
        if (!sent) {
          SentMessage ignored = send(session, message.plaintext());
        }
      }
    }
    GroupRecord record = session.record();
    if (record.standing() == Standing.MEMBER && record.leaving()) {
      leave(session);
    }
  }

  private Optional<Outgoing> protect(GroupSession session, ByteString id, ByteString data) {
    Outgoing[] made = new Outgoing[1];
    session.requireMember();
    session.edit(
        record -> {
          Group group = requireGroup(record);
          try {
            byte[] claim = record.cursor().claim().encode();
            Protected message = group.protect(data.toByteArray(), claim, context.random());
            made[0] = outgoing(group, id, Outgoing.Kind.APPLICATION, message.message(), data);
            return record.withGroup(message.next()).sending(made[0]);
          } catch (MlsException.CommitDue e) {
            return record;
          } catch (MlsException e) {
            throw new LockstepException.Invalid(e);
          }
        });
    return Optional.ofNullable(made[0]);
  }

  private Outgoing proposeRemoval(GroupSession session, ByteString id) {
    Outgoing[] made = new Outgoing[1];
    session.edit(
        record -> {
          Group group = requireGroup(record);
          byte[] claim = record.cursor().claim().encode();
          try {
            Proposed proposal =
                group.proposeRemove(
                    group.ownLeaf(),
                    HandshakeOptions.privateMessage().withAuthenticatedData(claim),
                    context.random());
            made[0] =
                outgoing(group, id, Outgoing.Kind.PROPOSAL, proposal.message(), ByteString.EMPTY);
            return record.withGroup(proposal.next()).sending(made[0]);
          } catch (MlsException e) {
            throw new LockstepException.Invalid(e);
          }
        });
    return made[0];
  }

  private static Group requireGroup(GroupRecord record) {
    if (record.standing() != Standing.MEMBER) {
      throw new LockstepException.WrongStanding(record.standing(), "cannot send");
    }
    return record.member();
  }

  private Outgoing outgoing(
      Group group, ByteString id, Outgoing.Kind kind, byte[] message, ByteString plaintext) {
    SubmitRequest request =
        Requests.submit(group.groupId(), id)
            .setPass(ByteString.copyFrom(Requests.pass(group)))
            .setMessage(ByteString.copyFrom(message))
            .build();
    return new Outgoing(kind, request, group.epoch(), 0, plaintext);
  }

  /**
   * Hands in a stored message that is {@linkplain GroupSession#expect expected}: its place, or
   * empty if its epoch is over and it has none.
   */
  private Optional<SentMessage> deliver(GroupSession session, Outgoing message, Deadline deadline) {
    Backoff waits = context.backoff();
    while (true) {
      try {
        return handIn(session, message, deadline);
      } catch (LockstepException.Refused e) {
        if (!GroupChanges.isAboutPass(e.reason())) {
          session.edit(record -> record.without(message));
          throw e;
        }
      }
      // The group has left our epoch, or the gateway has not heard of it yet.
      if (isOver(session, message, deadline.orAfter(waits.next())) || deadline.hasPassed()) {
        return overtaken(session, message, deadline);
      }
    }
  }

  private Optional<SentMessage> handIn(GroupSession session, Outgoing message, Deadline deadline) {
    SubmitResponse response =
        context.calls().open((s, proof) -> s.submit(message.request(), proof));
    return switch (response.getOutcomeCase()) {
      case SEQUENCED -> {
        long sequence = response.getSequenced().getSequence();
        placed(session, message, sequence);
        yield Optional.of(new SentMessage(sequence, message.epoch()));
      }
      case WRONG_EPOCH -> overtaken(session, message, deadline);
      case OUTCOME_NOT_SET ->
          throw new LockstepException.OutcomeUnknown("an answer without an outcome", null);
    };
  }

  private void placed(GroupSession session, Outgoing message, long sequence) {
    boolean[] missing = {false};
    session.edit(
        record -> {
          if (record.outbox().stream().noneMatch(o -> o.id().equals(message.id()))) {
            return record;
          }
          missing[0] = record.cursor().hasPassed(sequence);
          return record.without(message).sending(message.at(sequence));
        });
    if (missing[0]) {
      link.fault(session, new HistoryException(Contradiction.OWN_MESSAGE_MISSING, sequence));
      throw new LockstepException.WrongStanding(Standing.FAULTED, "our message has vanished");
    }
  }

  /** Waits for the Commit that ended the message's epoch; the message may be before it. */
  private Optional<SentMessage> overtaken(
      GroupSession session, Outgoing message, Deadline deadline) {
    if (!isOver(session, message, deadline)) {
      throw new LockstepException.OutcomeUnknown(
          "the group's stream has not come so far in time", null);
    }
    Optional<Settled> outcome = session.settledNow(message.id()).filter(Settled::applied);
    if (outcome.isPresent()) {
      return Optional.of(new SentMessage(outcome.get().sequence(), message.epoch()));
    }
    session.edit(record -> record.without(message));
    return Optional.empty();
  }

  /** Waits until the message's epoch is over, or the message is there. */
  private static boolean isOver(GroupSession session, Outgoing message, Deadline deadline) {
    return session.awaitRecord(
        record ->
            record.standing() != Standing.MEMBER
                || record.member().epoch() > message.epoch()
                || record.outbox().stream().noneMatch(o -> o.id().equals(message.id())),
        deadline);
  }
}
