package io.lockstep.mls.crypto;

import io.lockstep.mls.MlsException;
import java.util.ArrayList;
import java.util.List;

/**
 * Does the same public-key operation on many inputs with all cores: about 0.1 ms each, and a group
 * has thousands of members. Runs in the ForkJoinPool that the calling thread belongs to, or else in
 * the common one, so a caller that wants to bound it calls from a pool of its own.
 */
public final class Parallel {
  /** Fewer are not worth the threads. */
  private static final int INPUTS_MIN = 32;

  private Parallel() {}

  /** Called from several threads at a time. */
  @FunctionalInterface
  public interface Operation<T, R> {
    R apply(T input) throws MlsException;
  }

  private record Outcome<R>(R result, MlsException failure) {}

  /** In the order of the inputs. Throws what the first input that fails threw, as a loop would. */
  public static <T, R> List<R> map(List<T> inputs, Operation<T, R> operation) throws MlsException {
    List<R> results = new ArrayList<>(inputs.size());
    if (inputs.size() < INPUTS_MIN) {
      for (T input : inputs) {
        results.add(operation.apply(input));
      }
      return results;
    }
    List<Outcome<R>> outcomes =
        inputs.parallelStream().map(input -> outcome(input, operation)).toList();
    for (Outcome<R> outcome : outcomes) {
      if (outcome.failure != null) {
        throw outcome.failure;
      }
      results.add(outcome.result);
    }
    return results;
  }

  private static <T, R> Outcome<R> outcome(T input, Operation<T, R> operation) {
    try {
      return new Outcome<>(operation.apply(input), null);
    } catch (MlsException e) {
      return new Outcome<>(null, e);
    }
  }
}
