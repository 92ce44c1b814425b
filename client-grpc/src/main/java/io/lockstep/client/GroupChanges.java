package io.lockstep.client;

import com.google.protobuf.ByteString;
import io.lockstep.api.v1.CommitBundle;
import io.lockstep.api.v1.GetGroupInfoRequest;
import io.lockstep.api.v1.Joiner;
import io.lockstep.api.v1.Reason;
import io.lockstep.api.v1.SubmitRequest;
import io.lockstep.api.v1.SubmitResponse;
import io.lockstep.client.GroupFold.Settled;
import io.lockstep.client.GroupRecord.GroupInfoUse;
import io.lockstep.client.history.HistoryException;
import io.lockstep.client.history.HistoryException.Contradiction;
import io.lockstep.client.service.Backoff;
import io.lockstep.mls.CommitOptions;
import io.lockstep.mls.Group;
import io.lockstep.mls.GroupInfoContent;
import io.lockstep.mls.HandshakeOptions;
import io.lockstep.mls.MlsException;
import io.lockstep.mls.PendingCommit;
import java.util.List;
import java.util.Optional;

/**
 * Changes of a group's epoch by this client.
 *
 * <p>The change is stored before it is handed in. What becomes of it is decided by the group's
 * stream and by nothing else: it is applied when its own bytes come back, and dropped when another
 * Commit of its epoch comes first. So an answer that was lost, a repetition that is refused since
 * it took effect long ago, and a restart in between all end in the state that the group agrees on.
 */
final class GroupChanges {
  /** What a Commit is to do, decided anew for every epoch in which it is tried. */
  interface Intent {
    /** Empty when there is nothing left to do. */
    Optional<Plan> plan(Group group);
  }

  /** Content of one Commit, and where the Welcome goes. */
  record Plan(CommitOptions options, List<Joiner> joiners) {
    static Plan of(CommitOptions options) {
      return new Plan(options, List.of());
    }
  }

  private final Context context;
  private final StreamLink link;

  GroupChanges(Context context, StreamLink link) {
    this.context = context;
    this.link = link;
  }

  /** Commits until the intent is fulfilled, or others were faster too often. */
  void commit(GroupSession session, Intent intent) {
    Deadline deadline = context.deadline();
    session.changes.lock();
    try {
      settlePending(session, deadline);
      learnGroupInfoUse(session);
      for (int i = 0; i < context.limits().commitAttemptsMax(); i++) {
        Optional<PendingChange> change = prepare(session, intent);
        if (change.isEmpty() || submit(session, change.get(), deadline)) {
          return;
        }
      }
      throw new LockstepException.TooManyLostRaces(context.limits().commitAttemptsMax());
    } finally {
      session.changes.unlock();
    }
  }

  /** Finishes what an earlier call, or an earlier run, has left open. */
  void settlePending(GroupSession session, Deadline deadline) {
    Optional<PendingChange> pending = session.record().pending();
    if (pending.isPresent()) {
      boolean ignored = submit(session, pending.get(), deadline);
    }
  }

  /** Makes a Commit for the present epoch and stores it; empty when there is nothing to do. */
  Optional<PendingChange> prepare(GroupSession session, Intent intent) {
    PendingChange[] made = new PendingChange[1];
    var ignored =
        session.edit(
            record -> {
              if (record.standing() != Standing.MEMBER) {
                throw new LockstepException.WrongStanding(record.standing(), "cannot commit");
              }
              Optional<Plan> plan = intent.plan(record.member());
              if (plan.isEmpty()) {
                return record;
              }
              GroupRecord prepared = withChange(record, plan.get());
              made[0] = prepared.pending().orElseThrow();
              return prepared;
            });
    return Optional.ofNullable(made[0]);
  }

  /**
   * The record with the Commit in it, and with the key that the Commit used gone from the group: if
   * it loses or is refused, the next one must not be encrypted with that key as well.
   */
  private GroupRecord withChange(GroupRecord record, Plan plan) {
    Group group = record.member();
    CommitOptions options =
        plan.options()
            .framed(
                HandshakeOptions.privateMessage()
                    .withAuthenticatedData(record.cursor().claim().encode()));
    if (!plan.joiners().isEmpty()) {
      options = options.ratchetTreeInWelcome();
    }
    if (record.groupInfo() == GroupInfoUse.PUBLISHED) {
      options = options.groupInfo(GroupInfoContent.WITH_TREE);
    }
    try {
      PendingCommit commit =
          group.commit(options, context.validator(), context.random(), context.now());
      CommitBundle.Builder bundle =
          CommitBundle.newBuilder()
              .setCommit(ByteString.copyFrom(commit.commit()))
              .setNextPassHash(Requests.passHash(commit.next()))
              .addAllJoiners(plan.joiners());
      commit.welcome().ifPresent(welcome -> bundle.setWelcome(ByteString.copyFrom(welcome)));
      commit.groupInfo().ifPresent(info -> bundle.setGroupInfo(ByteString.copyFrom(info)));
      SubmitRequest request =
          Requests.submit(record.id(), context.random())
              .setPass(ByteString.copyFrom(Requests.pass(group)))
              .setCommit(bundle)
              .build();
      return record
          .withGroup(commit.ifRejected(group))
          .withPending(
              Optional.of(PendingChange.of(PendingChange.Kind.COMMIT, request, commit.next())));
    } catch (MlsException e) {
      throw new LockstepException.Invalid(e);
    }
  }

  /**
   * Hands a stored change in and waits for its fate: true if it took effect, false if it lost, also
   * if it had lost before it was handed in. The caller holds {@link GroupSession#changes}.
   */
  boolean submit(GroupSession session, PendingChange change, Deadline deadline) {
    if (!session.expectPending(change.id())) {
      return false;
    }
    try {
      Backoff waits = context.backoff();
      while (true) {
        Answer answer = handIn(session, change);
        if (answer == Answer.LOST) {
          return false;
        }
        Deadline wait = answer == Answer.PLACED ? deadline : deadline.orAfter(waits.next());
        Optional<Settled> settled = session.await(change.id(), wait);
        if (settled.isPresent()) {
          return settled.get().applied();
        }
        if (deadline.hasPassed()) {
          throw new LockstepException.OutcomeUnknown(
              "the group's stream has not come so far in time", null);
        }
      }
    } finally {
      session.forget(change.id());
    }
  }

  /** What a submission has come to so far. */
  private enum Answer {
    /** It has a place, or another has its epoch: the stream will say. */
    PLACED,
    /**
     * Our pass is not good: the group has left our epoch, perhaps by this very change, and the
     * stream will say; or the gateway has not heard of our epoch yet, and is to be asked again.
     */
    NOT_ADMITTED,
    /** It lost, and the stream will not say so, since it is not attached. */
    LOST
  }

  private Answer handIn(GroupSession session, PendingChange change) {
    SubmitResponse response;
    try {
      response =
          change.request().getPass().isEmpty()
              ? context.calls().withToken((s, proof) -> s.submit(change.request(), proof))
              : context.calls().open((s, proof) -> s.submit(change.request(), proof));
    } catch (LockstepException.Refused e) {
      if (change.kind() == PendingChange.Kind.COMMIT && isAboutPass(e.reason())) {
        return Answer.NOT_ADMITTED;
      }
      drop(session, change);
      throw e;
    }
    return switch (response.getOutcomeCase()) {
      case SEQUENCED -> {
        placed(session, change, response.getSequenced().getSequence());
        yield Answer.PLACED;
      }
      case WRONG_EPOCH -> {
        if (change.kind() == PendingChange.Kind.COMMIT) {
          yield Answer.PLACED;
        }
        drop(session, change);
        yield Answer.LOST;
      }
      case OUTCOME_NOT_SET ->
          throw new LockstepException.OutcomeUnknown("an answer without an outcome", null);
    };
  }

  static boolean isAboutPass(Reason reason) {
    return reason == Reason.WRONG_PASS || reason == Reason.PASS_EXPIRED;
  }

  private void placed(GroupSession session, PendingChange change, long sequence) {
    boolean[] missing = {false};
    session.edit(
        record -> {
          boolean open = record.pending().filter(p -> p.id().equals(change.id())).isPresent();
          if (!open) {
            return record;
          }
          missing[0] = record.cursor().hasPassed(sequence);
          return record.withPending(record.pending().map(p -> p.at(sequence)));
        });
    if (missing[0]) {
      link.fault(session, new HistoryException(Contradiction.OWN_MESSAGE_MISSING, sequence));
      throw new LockstepException.WrongStanding(Standing.FAULTED, "our message has vanished");
    }
    link.attach(session);
  }

  private static void drop(GroupSession session, PendingChange change) {
    session.edit(
        record ->
            record.pending().filter(p -> p.id().equals(change.id())).isPresent()
                ? record.withPending(Optional.empty())
                : record);
  }

  /** Those who came by Welcome do not know whether the group admits external Commits: ask once. */
  private void learnGroupInfoUse(GroupSession session) {
    if (session.record().groupInfo() != GroupInfoUse.NOT_KNOWN) {
      return;
    }
    GroupInfoUse use;
    try {
      GetGroupInfoRequest request =
          GetGroupInfoRequest.newBuilder()
              .setGroupId(ByteString.copyFrom(session.id().bytes()))
              .build();
      var ignored = context.calls().withToken((s, proof) -> s.groupInfo(request, proof));
      use = GroupInfoUse.PUBLISHED;
    } catch (LockstepException.Refused e) {
      if (e.reason() == Reason.EXTERNAL_JOIN_CLOSED) {
        use = GroupInfoUse.WITHHELD;
      } else if (e.reason() == Reason.NO_GROUP_INFO) {
        use = GroupInfoUse.PUBLISHED;
      } else {
        throw e;
      }
    }
    GroupInfoUse learnt = use;
    session.edit(record -> record.with(draft -> draft.groupInfo = learnt));
  }
}
