package io.lockstep.deploy.bench;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.LongSupplier;

/** Times one thing in several rounds. */
final class Stopwatch {
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
  private static final OperatingSystemMXBean PROCESS =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  private final LongSupplier processorTime;
  private final int batch;
  private final List<Double> wall = new ArrayList<>();
  private final List<Double> cpu = new ArrayList<>();

  private Stopwatch(LongSupplier processorTime, int batch) {
    this.processorTime = processorTime;
    this.batch = batch;
  }

  /** Processor time is that of the calling thread: for work that starts no other one. */
  static Stopwatch ofThread() {
    return ofThread(1);
  }

  /** The same when a round is {@code batch} times what the figure is of. */
  static Stopwatch ofThread(int batch) {
    return new Stopwatch(THREADS::getCurrentThreadCpuTime, batch);
  }

  /**
   * Processor time is that of all threads, collector and compiler included; in steps of 10 ms on
   * Linux.
   */
  static Stopwatch ofProcess() {
    return new Stopwatch(PROCESS::getProcessCpuTime, 1);
  }

  <T> T time(Callable<T> work) throws Exception {
    long cpuBefore = processorTime.getAsLong();
    long before = System.nanoTime();
    T result = work.call();
    wall.add((System.nanoTime() - before) / (double) batch);
    cpu.add((processorTime.getAsLong() - cpuBefore) / (double) batch);
    return result;
  }

  Timing median() {
    return new Timing(Paired.median(wall), Paired.median(cpu));
  }
}
