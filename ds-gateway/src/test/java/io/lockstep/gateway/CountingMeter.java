package io.lockstep.gateway;

import io.lockstep.api.v1.Reason;
import io.lockstep.gateway.meter.GatewayMeter;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Sums of what a gateway has measured, by name. */
final class CountingMeter implements GatewayMeter {
  private static final long WAIT_NANOS_MAX = 20_000_000_000L;

  private final Map<String, Long> sums = new ConcurrentHashMap<>();

  private synchronized void add(String name, long value) {
    sums.merge(name, value, Long::sum);
    notifyAll();
  }

  synchronized long get(String name) {
    return sums.getOrDefault(name, 0L);
  }

  /** Gauges follow what a client sees within moments. */
  synchronized void await(String name, long value) throws InterruptedException {
    long end = System.nanoTime() + WAIT_NANOS_MAX;
    while (get(name) != value) {
      long left = (end - System.nanoTime()) / 1_000_000;
      if (left <= 0) {
        throw new AssertionError(name + " is not " + value + " in time: " + sums);
      }
      wait(left);
    }
  }

  @Override
  public void open(int change) {
    add("open", change);
  }

  @Override
  public void closed(String reason) {
    add("closed " + reason, 1);
  }

  @Override
  public void connected(int change) {
    add("connected", change);
  }

  @Override
  public void attached(int change) {
    add("attached", change);
  }

  @Override
  public void slow(int change) {
    add("slow", change);
  }

  @Override
  public void withoutCredit(int change) {
    add("without credit", change);
  }

  @Override
  public void detached(Reason reason) {
    add("detached " + reason, 1);
  }

  @Override
  public void written(long nanos) {
    add("written", 1);
  }

  @Override
  public void delivered(int entries, long bytes) {
    add("deliveries", entries);
    add("delivered bytes", bytes);
  }

  @Override
  public void historyRead() {
    add("history reads", 1);
  }

  @Override
  public void submitted(String outcome, long nanos) {
    if (nanos <= 0) {
      throw new AssertionError("a submission took " + nanos + " ns");
    }
    add("submitted " + outcome, 1);
  }
}
