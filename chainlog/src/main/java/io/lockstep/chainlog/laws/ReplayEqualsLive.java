package io.lockstep.chainlog.laws;

import java.util.List;

/**
 * Law: the log is, byte for byte, what a fold of the submissions alone gives ({@link PureFold}).
 */
public final class ReplayEqualsLive {
  private ReplayEqualsLive() {}

  public static void check(List<Accepted> replayed, List<Accepted> live) {
    for (int i = 0; i < Math.min(replayed.size(), live.size()); i++) {
      if (!replayed.get(i).equals(live.get(i))) {
        throw new LawBroken(
            "ReplayEqualsLive",
            "entry " + i + " is " + live.get(i) + ", replayed " + replayed.get(i));
      }
    }
    if (replayed.size() != live.size()) {
      throw new LawBroken(
          "ReplayEqualsLive", live.size() + " entries, replayed " + replayed.size());
    }
  }
}
