package io.lockstep.deploy.bench;

import java.io.PrintStream;
import java.util.Arrays;

/** Counts what comes to all streams together, and says when as much has come as is expected. */
final class Receipts implements LoadEvents {
  private static final int TIMES_AT_FIRST = 1 << 10;

  private final PrintStream out;
  private final Runnable onAttached;
  private long received;
  private long expected = Long.MAX_VALUE;
  private long next = Long.MAX_VALUE;
  private long told;
  private long[] nanos = new long[TIMES_AT_FIRST];
  private int times;

  Receipts(PrintStream out, Runnable onAttached) {
    this.out = out;
    this.onAttached = onAttached;
  }

  @Override
  public void attached() {
    onAttached.run();
  }

  @Override
  public void delivered() {
    received++;
    if (received == next) {
      told++;
      next += expected;
      out.println("got " + told + " " + System.nanoTime());
    }
  }

  @Override
  public void took(long one) {
    if (times == nanos.length) {
      nanos = Arrays.copyOf(nanos, 2 * times);
    }
    nanos[times++] = one;
  }

  long received() {
    return received;
  }

  /** From now on each so many are told. */
  void expect(long deliveries) {
    received = 0;
    told = 0;
    expected = deliveries;
    next = deliveries;
  }

  void expectNothing() {
    next = Long.MAX_VALUE;
  }

  /** How many were timed, and the time that one in a hundred exceeded; begins anew. */
  String percentile() {
    long[] all = Arrays.copyOf(nanos, times);
    times = 0;
    return all.length + " " + (all.length == 0 ? 0 : (long) Paired.percentile(all, 0.99));
  }
}
