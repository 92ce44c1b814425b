package io.lockstep.deploy.bench;

import java.util.Locale;

/**
 * The process that measures one engine at one size: with a heap of its own, and with bcmls on the
 * class path only where that is what is measured.
 */
final class MlsBenchProcess {
  enum Engine {
    LOCKSTEP,
    BCMLS
  }

  private MlsBenchProcess() {}

  /** Engine, members, rounds, and whether to put the tree into a Welcome. */
  public static void main(String[] args) throws Exception {
    Engine engine = Engine.valueOf(args[0].toUpperCase(Locale.ROOT));
    int members = Integer.parseInt(args[1]);
    int rounds = Integer.parseInt(args[2]);
    boolean inlineTree = Boolean.parseBoolean(args[3]);
    MlsFigures figures = MlsFigures.printing(System.out);
    Progress progress = System.out::println;
    switch (engine) {
      case LOCKSTEP -> MlsRun.run(members, rounds, inlineTree, figures, progress);
      case BCMLS -> BcmlsRun.run(members, rounds, inlineTree, figures, progress);
    }
  }
}
