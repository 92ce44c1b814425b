package io.lockstep.deploy.bench;

/** placeholder until compiled */
final class BcmlsRun {
  private BcmlsRun() {}

  static void run(
      int members, int rounds, boolean inlineTree, MlsFigures figures, Progress progress)
      throws Exception {}
}
