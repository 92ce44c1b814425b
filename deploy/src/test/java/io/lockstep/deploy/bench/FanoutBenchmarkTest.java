package io.lockstep.deploy.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

/** That every part runs, with few members: figures are the benchmark's own business. */
class FanoutBenchmarkTest {
  @Test
  void everyRowIsMeasuredWithAFewMembers() throws Exception {
    BenchOptions options =
        new BenchOptions(
            1, 1, List.of(200), false, List.of(), List.of(FanoutPart.values()), 1, 2_000);
    List<Result> results = new FanoutBenchmark().run(options, System.out::println);
    assertEquals(
        List.of(
            "last_receipt_ms",
            "deliveries_per_s_256",
            "deliveries_per_s_1024",
            "kib_per_stream",
            "separate_deliveries_per_s",
            "stalled_ratio",
            "stalled_kib_per_reader"),
        results.stream().map(Result::id).toList());
    results.stream()
        .filter(result -> !result.unit().equals("KiB"))
        .forEach(result -> assertTrue(result.value() > 0, result::toString));
  }
}
