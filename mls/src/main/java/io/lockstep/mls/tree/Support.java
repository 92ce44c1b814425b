package io.lockstep.mls.tree;

import io.lockstep.mls.Capabilities;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What all members of a subtree support, and which credential types they use. Each subtree keeps
 * its own, so a change of one leaf costs one intersection per level instead of a look at every
 * member.
 */
record Support(
    Set<Integer> extensions,
    Set<Integer> proposals,
    Set<Integer> credentials,
    Set<Integer> credentialsInUse) {

  static Support of(LeafNode leaf) {
    Capabilities capabilities = leaf.capabilities();
    return new Support(
        set(capabilities.extensions()),
        set(capabilities.proposals()),
        set(capabilities.credentials()),
        Set.of(leaf.credential().type()));
  }

  Support and(Support other) {
    return new Support(
        intersection(extensions, other.extensions),
        intersection(proposals, other.proposals),
        intersection(credentials, other.credentials),
        union(credentialsInUse, other.credentialsInUse));
  }

  private static Set<Integer> set(List<Integer> values) {
    return Set.copyOf(values);
  }

  // Both give back an operand when they can, so that equal sets are one object all over the tree.

  private static Set<Integer> intersection(Set<Integer> a, Set<Integer> b) {
    if (b.containsAll(a)) {
      return a;
    }
    Set<Integer> both = new HashSet<>(a);
    both.retainAll(b);
    return both.size() == b.size() ? b : Set.copyOf(both);
  }

  private static Set<Integer> union(Set<Integer> a, Set<Integer> b) {
    if (a.containsAll(b)) {
      return a;
    }
    Set<Integer> either = new HashSet<>(b);
    either.addAll(a);
    return either.size() == b.size() ? b : Set.copyOf(either);
  }
}
