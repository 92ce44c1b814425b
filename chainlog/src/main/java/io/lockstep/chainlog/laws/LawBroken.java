package io.lockstep.chainlog.laws;

/** Something that can never happen has happened. */
public class LawBroken extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** The message begins with the law's name. */
  public LawBroken(String law, String what) {
    super(law + ": " + what);
  }
}
