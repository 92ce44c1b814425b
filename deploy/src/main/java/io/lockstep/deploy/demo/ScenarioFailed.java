package io.lockstep.deploy.demo;

/** Something in the scenario did not happen, or happened that must not. */
final class ScenarioFailed extends RuntimeException {
  private static final long serialVersionUID = 1L;

  ScenarioFailed(String message) {
    super(message);
  }

  static void unless(boolean holds, String otherwise) {
    if (!holds) {
      throw new ScenarioFailed(otherwise);
    }
  }
}
