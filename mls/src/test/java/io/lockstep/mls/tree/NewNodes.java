package io.lockstep.mls.tree;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;

/**
 * Counts what one tree does not share with another: the cost of the change in objects and hashes.
 */
public final class NewNodes {
  private NewNodes() {}

  /** Nodes with members below that {@code after} has and {@code before} has not. */
  public static int count(RatchetTree before, RatchetTree after) {
    Set<Subtree> known = Collections.newSetFromMap(new IdentityHashMap<>());
    collect(before.root(), known);
    return countNew(after.root(), known);
  }

  private static void collect(Subtree at, Set<Subtree> into) {
    if (at.members() == 0) {
      return;
    }
    into.add(at);
    if (at.level() > 0) {
      collect(at.left(), into);
      collect(at.right(), into);
    }
  }

  private static int countNew(Subtree at, Set<Subtree> known) {
    if (at.members() == 0 || known.contains(at)) {
      return 0;
    }
    return at.level() == 0 ? 1 : 1 + countNew(at.left(), known) + countNew(at.right(), known);
  }
}
