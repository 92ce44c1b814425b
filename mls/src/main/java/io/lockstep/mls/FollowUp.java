package io.lockstep.mls;

import io.lockstep.mls.crypto.CipherSuite;
import io.lockstep.mls.message.PreSharedKeyId;
import io.lockstep.mls.message.Proposal;
import java.security.SecureRandom;
import java.util.List;

/** A member founds a group that grows out of another one (RFC 9420 sections 11.2 and 11.3). */
final class FollowUp {
  private final GroupState old;
  private final PreSharedKeyId.Usage usage;
  private final ReceiveContext context;
  private final SecureRandom random;

  private FollowUp(
      GroupState old, PreSharedKeyId.Usage usage, ReceiveContext context, SecureRandom random) {
    this.old = old;
    this.usage = usage;
    this.context = context.withGroup(new Group(old));
    this.random = random;
  }

  static PendingCommit reinitialize(
      GroupState old,
      LeafProfile self,
      Lifetime lifetime,
      CommitOptions options,
      ReceiveContext context,
      SecureRandom random)
      throws MlsException {
    FollowUp followUp = new FollowUp(old, PreSharedKeyId.Usage.REINIT, context, random);
    Origin origin = followUp.origin(self.keys().suite());
    Proposal.ReInit reInit = origin.reInit();
    if (reInit.version() != MlsFrame.VERSION) {
      throw new MlsException.Unsupported("protocol version " + reInit.version());
    }
    if (CipherSuite.of(reInit.cipherSuite()) != self.keys().suite()) {
      throw new IllegalArgumentException("the keys are not of the suite of the ReInit");
    }
    Group founded = Group.create(reInit.group(), self, lifetime, reInit.extensions(), random);
    return followUp.commit(founded, origin, options);
  }

  static PendingCommit branch(
      GroupState old,
      GroupId branch,
      LeafProfile self,
      Lifetime lifetime,
      CommitOptions options,
      ReceiveContext context,
      SecureRandom random)
      throws MlsException {
    if (old.suite() != self.keys().suite()) {
      throw new IllegalArgumentException("the keys are not of the suite of the group");
    }
    FollowUp followUp = new FollowUp(old, PreSharedKeyId.Usage.BRANCH, context, random);
    Group founded = Group.create(branch, self, lifetime, old.context().extensions(), random);
    return followUp.commit(founded, followUp.origin(old.suite()), options);
  }

  private Origin origin(CipherSuite suite) {
    PreSharedKeyId.Resumption psk =
        PreSharedKeyId.resumption(
            usage, old.context().groupId(), old.context().epoch(), suite, random);
    return new Origin(psk, old);
  }

  /** The one Commit that takes all others in; only its Welcome needs to be sent. */
  private PendingCommit commit(Group founded, Origin origin, CommitOptions options)
      throws MlsException {
    List<Proposal> proposals = options.proposals();
    if (!proposals.stream().allMatch(each -> each instanceof Proposal.Add)) {
      throw new IllegalArgumentException("the first Commit of a new group only adds members");
    }
    PendingCommit made =
        CommitCreation.create(founded.state(), options.psk(origin.psk()), context, usage, random);
    GroupState next = made.next().state();
    origin.checkNoStranger(next.tree(), context.credentials());
    origin.check(next.context(), next.tree(), context.credentials());
    return made;
  }
}
