package io.lockstep.deploy.bench;

import io.lockstep.deploy.bench.FanoutBenchmark.Shared;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A Commit every second, after each of which all clients of the group show the pass of the new
 * epoch; right after it comes a message to them, and another group goes on meanwhile. Beside the
 * same without Commits.
 */
final class RenewalPart {
  private static final long BETWEEN_NANOS = TimeUnit.SECONDS.toNanos(1);

  private RenewalPart() {}

  static List<Result> run(FanoutToken token, Shared shared, BenchOptions options, Progress progress)
      throws Exception {
    progress.step(shared + ", a Commit every second, and another group");
    try (FanoutPair<ServerSource> gateway =
            FanoutPair.renewing(ServerSource.gateway(token, 1), token, shared.each());
        OtherGroup other = new OtherGroup(gateway.source(), token)) {
      gateway.open(shared.connections());
      other.open();
      return new Rounds(gateway, other, options, progress).run();
    }
  }

  private record Rounds(
      FanoutPair<ServerSource> gateway, OtherGroup other, BenchOptions options, Progress progress) {
    List<Result> run() throws Exception {
      Paired p99 = new Paired("renewal_p99_ratio", "ms", Optional.empty());
      Paired last = new Paired("renewal_last_receipt_ms", "ms", Optional.empty());
      other.begin();
      for (int round = 0; round <= options.rounds(); round++) {
        double quietLast = seconds(false);
        double quiet = other.percentileMillis();
        double busyLast = seconds(true);
        double busy = other.percentileMillis();
        progress.step(
            String.format(
                "round %d: other group's p99 %.2f ms, without Commits %.2f ms; last receipt of a"
                    + " message right after a Commit %.1f ms, without %.1f ms",
                round, busy, quiet, busyLast, quietLast));
        if (round > 0) {
          p99.round(busy, quiet);
          last.round(busyLast, quietLast);
        }
      }
      other.end();
      return List.of(p99.result(), last.result());
    }

    /** Each with a message, and a Commit before it or not; the median time to the last receipt. */
    private double seconds(boolean commits) throws Exception {
      other.forgetTimes();
      List<Double> last = new ArrayList<>();
      gateway.load().expect(gateway.streams());
      long begin = System.nanoTime();
      for (int second = 0; second < options.roundSeconds(); second++) {
        if (commits) {
          var _ = gateway.source().commit(FanoutBenchmark.LARGE);
        }
        long pushed = gateway.source().push(1, FanoutBenchmark.SMALL);
        if (commits) {
          var _ = gateway.load().got();
        }
        last.add((gateway.load().got() - pushed) / 1e6);
        begin += BETWEEN_NANOS;
        TimeUnit.NANOSECONDS.sleep(begin - System.nanoTime());
      }
      return Paired.median(last);
    }
  }
}
