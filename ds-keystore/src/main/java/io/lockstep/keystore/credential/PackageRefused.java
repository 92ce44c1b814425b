package io.lockstep.keystore.credential;

/** A key package breaks a rule. */
public final class PackageRefused extends Exception {
  private static final long serialVersionUID = 1;

  private final String rule;

  PackageRefused(String rule, String message) {
    super(message);
    this.rule = rule;
  }

  /** Name of the rule, for programs. */
  public String rule() {
    return rule;
  }
}
