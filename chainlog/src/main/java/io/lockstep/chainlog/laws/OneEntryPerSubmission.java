package io.lockstep.chainlog.laws;

import java.util.List;

/** Law: each submission has exactly one entry, and entries come in the order of the submissions. */
public final class OneEntryPerSubmission {
  private OneEntryPerSubmission() {}

  /**
   * Throws {@link LawBroken} when it does not hold.
   *
   * @param submissions number of submissions, whose offsets are 0, 1, 2 ...
   * @param log all of it
   */
  public static void check(long submissions, List<Accepted> log) {
    for (int i = 0; i < log.size(); i++) {
      if (log.get(i).source() != i) {
        throw new LawBroken(
            "OneEntryPerSubmission",
            "entry " + i + " of the log answers submission " + log.get(i).source());
      }
    }
    if (log.size() != submissions) {
      throw new LawBroken(
          "OneEntryPerSubmission", submissions + " submissions, " + log.size() + " entries");
    }
  }
}
