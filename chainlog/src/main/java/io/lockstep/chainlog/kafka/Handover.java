package io.lockstep.chainlog.kafka;

import io.lockstep.chainlog.LogName;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** Waits until others have announced themselves as owners of partitions. */
final class Handover {
  private static final long LOOK_AGAIN_MILLIS = 20;

  private Handover() {}

  /**
   * True when each of {@code partitions} has a watermark of another endpoint than {@code ours}
   * within the time.
   */
  static boolean await(
      KafkaConnection kafka, LogName log, Set<Integer> partitions, String ours, Duration max) {
    long deadline = System.nanoTime() + max.toNanos();
    Set<Integer> left = new HashSet<>(partitions);
    try (OwnerEndpoints endpoints = OwnerEndpoints.start(kafka, log, new Offsets(kafka, max))) {
      while (true) {
        left.removeIf(p -> endpoints.endpoint(p).filter(e -> !e.equals(ours)).isPresent());
        if (left.isEmpty()) {
          return true;
        }
        if (System.nanoTime() - deadline > 0) {
          return false;
        }
        TimeUnit.MILLISECONDS.sleep(LOOK_AGAIN_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } catch (RuntimeException kafkaIsAway) {
      return false;
    }
  }
}
