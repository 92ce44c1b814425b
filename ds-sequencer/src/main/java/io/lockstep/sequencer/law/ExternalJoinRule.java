package io.lockstep.sequencer.law;

import io.lockstep.log.v1.EpochState;
import io.lockstep.log.v1.GroupState;
import io.lockstep.log.v1.PostCommit;
import io.lockstep.log.v1.Rejected;

/**
 * A Commit by which its sender joins (RFC 9420 section 12.4.3.2) needs the group's consent instead
 * of a pass, and adds nobody else. A member that has lost its keys may show the pass it still has;
 * then it must be right.
 */
final class ExternalJoinRule {
  private ExternalJoinRule() {}

  static void check(GroupState group, EpochState named, PostCommit command) throws Refused {
    if (!command.getPassHash().isEmpty()) {
      PassRule.check(group, named, command.getPassHash());
    }
    if (!group.getSettings().getExternalJoin()) {
      throw Refused.because(Rejected.Reason.EXTERNAL_JOIN_CLOSED);
    }
    if (!command.getWelcome().isEmpty()) {
      throw Refused.because(Rejected.Reason.WELCOME_MISMATCH);
    }
  }
}
