package io.lockstep.chainlog.laws;

import java.util.List;

/**
 * Law: whoever reads a partition sees the same entries in the same order, whenever and wherever it
 * begins: what a reader saw is one piece of the log, without a hole.
 */
public final class SameOrderForAll {
  private SameOrderForAll() {}

  /**
   * Throws {@link LawBroken} when it does not hold.
   *
   * @param log all of it
   * @param seen by one reader since it began
   */
  public static void check(List<Accepted> log, List<Accepted> seen) {
    if (seen.isEmpty()) {
      return;
    }
    int begin = log.indexOf(seen.getFirst());
    if (begin < 0 || begin + seen.size() > log.size()) {
      throw new LawBroken("SameOrderForAll", "a reader saw what is not in the log");
    }
    for (int i = 0; i < seen.size(); i++) {
      if (!log.get(begin + i).equals(seen.get(i))) {
        throw new LawBroken(
            "SameOrderForAll",
            "a reader saw " + seen.get(i) + " where the log has " + log.get(begin + i));
      }
    }
  }
}
