package io.lockstep.sequencer.probe;

/**
 * One statement that is always true of a log. Shown everything that happens, in an order in which
 * each partition's entries are in theirs; partitions may be interleaved in any way, unless a law
 * says otherwise. Not thread-safe.
 */
public interface Law {
  /** Throws {@link LawBroken} when the statement is not true any more. */
  void observe(Observation seen);

  default String name() {
    return getClass().getSimpleName();
  }
}
