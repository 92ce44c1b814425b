package io.lockstep.mls;

import java.util.List;

/** Whom a Commit concerned. */
record CommitSummary(
    Kind kind,
    Member committer,
    List<Member> added,
    List<Member> updated,
    List<Member> removed,
    List<CustomProposal> custom) {
  enum Kind {
    BY_MEMBER,
    EXTERNAL
  }
}
