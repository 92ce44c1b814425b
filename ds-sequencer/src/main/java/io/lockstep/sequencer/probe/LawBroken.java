package io.lockstep.sequencer.probe;

/** Something that can never happen has happened, and where. */
public final class LawBroken extends io.lockstep.chainlog.laws.LawBroken {
  private static final long serialVersionUID = 1L;

  LawBroken(Law law, Observation seen, String what) {
    super(
        law.name(),
        what + " (partition " + seen.at().partition() + ", submission " + seen.at().offset() + ")");
  }

  /** Throws unless the condition holds. */
  static void unless(boolean holds, Law law, Observation seen, String what) {
    if (!holds) {
      throw new LawBroken(law, seen, what);
    }
  }
}
