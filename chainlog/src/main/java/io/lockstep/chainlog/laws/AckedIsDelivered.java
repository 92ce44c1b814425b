package io.lockstep.chainlog.laws;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Law: what a client was told of its submission stands in the log for ever, as it was told. */
public final class AckedIsDelivered {
  private AckedIsDelivered() {}

  /**
   * Throws {@link LawBroken} when it does not hold.
   *
   * @param log all of it
   * @param told answers that clients were given
   */
  public static void check(List<Accepted> log, Collection<Accepted> told) {
    Map<Long, Accepted> bySource = new HashMap<>();
    log.forEach(entry -> bySource.put(entry.source(), entry));
    for (Accepted answer : told) {
      if (!answer.equals(bySource.get(answer.source()))) {
        throw new LawBroken(
            "AckedIsDelivered",
            "told " + answer + ", the log has " + bySource.get(answer.source()));
      }
    }
  }
}
