package io.lockstep.chainlog.simulation;

import java.util.EnumMap;
import java.util.Map;

/**
 * Many worlds, one after the other, each from its own seed. Says which seed has failed and how to
 * see it again, and how many faults there were in all.
 *
 * <p>Settings: {@code -Dlockstep.seed=N} the first seed (1), {@code -Dlockstep.seeds=N} how many
 * (the test's own number), {@code -Dlockstep.minutes=N} instead: as many as there is time for.
 */
public final class Simulation {
  private static final long FIRST = Long.getLong("lockstep.seed", 1);
  private static final long MINUTES = Long.getLong("lockstep.minutes", 0);

  private final String test;
  private final long seeds;
  private final Map<Fault, Long> faults = new EnumMap<>(Fault.class);

  /** One world: builds it, runs it and checks it; throws when a law is broken. */
  public interface OneWorld {
    /** Returns how often each fault was injected. */
    Map<Fault, Long> run(long seed) throws Exception;
  }

  /**
   * Worlds of one test.
   *
   * @param module to be named in the command that runs a seed again
   * @param test class and method, in the form of {@code -Dtest}
   * @param seeds so many without a setting
   */
  public Simulation(String module, String test, int seeds) {
    this.test = module + " -am -Dsurefire.failIfNoSpecifiedTests=false -Dtest='" + test + "'";
    this.seeds = Long.getLong("lockstep.seeds", seeds);
  }

  /** Returns the number of worlds. */
  public long run(OneWorld world) {
    long begun = System.nanoTime();
    long until = begun + MINUTES * 60_000_000_000L;
    long seed = FIRST;
    while (MINUTES > 0 ? System.nanoTime() - until < 0 : seed < FIRST + seeds) {
      try {
        world.run(seed).forEach((fault, times) -> faults.merge(fault, times, Long::sum));
      } catch (Exception | AssertionError e) {
        throw new AssertionError(
            "seed "
                + seed
                + "; again with: mvn -o test -pl "
                + test
                + " -Dlockstep.seed="
                + seed
                + " -Dlockstep.seeds=1",
            e);
      }
      seed++;
    }
    System.out.println(
        "seeds "
            + FIRST
            + " to "
            + (seed - 1)
            + " in "
            + (System.nanoTime() - begun) / 1_000_000
            + " ms, "
            + faults.values().stream().mapToLong(Long::longValue).sum()
            + " faults "
            + faults);
    return seed - FIRST;
  }
}
