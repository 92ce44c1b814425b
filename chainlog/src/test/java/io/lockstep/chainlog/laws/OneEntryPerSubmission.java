package io.lockstep.chainlog.laws;

import java.util.List;

/** Law: each submission has exactly one entry, and entries come in the order of the submissions. */
public final class OneEntryPerSubmission {
  private OneEntryPerSubmission() {}

  public static void check(List<Long> submissions, List<Accepted> accepted) {
    List<Long> sources = accepted.stream().map(Accepted::source).toList();
    if (!sources.equals(submissions)) {
      throw new AssertionError(
          "OneEntryPerSubmission: submissions " + submissions + ", entries answer " + sources);
    }
  }
}
