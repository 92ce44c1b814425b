package io.lockstep.deploy.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** That every part runs, with few members: figures are the benchmark's own business. */
class FanoutBenchmarkTest {
  private static final int MEMBERS = 200;

  /** With so few members it may be about nothing. */
  private static final Set<String> UNITS_OF_MEMORY = Set.of("KiB", "MiB");

  @Test
  void everyRowOnSharedConnectionsIsMeasuredWithAFewMembers() throws Exception {
    List<Result> results =
        run(
            FanoutPart.SHARED,
            FanoutPart.STALLED,
            FanoutPart.STORM,
            FanoutPart.RENEWAL,
            FanoutPart.END_TO_END);
    assertEquals(
        List.of(
            "last_receipt_ms",
            "deliveries_per_s_256",
            "deliveries_per_s_1024",
            "last_receipt_nats_ms",
            "deliveries_per_s_256_nats",
            "deliveries_per_s_1024_nats",
            "kib_per_stream",
            "stalled_ratio",
            "stalled_kib_per_reader",
            "storm_s",
            "storm_p99_ratio",
            "storm_p99_to_beside",
            "storm_cpu_s",
            "renewal_p99_ratio",
            "renewal_last_receipt_ms",
            "end_to_end_p50_ms",
            "end_to_end_p99_ms"),
        results.stream().map(Result::id).toList());
    assertMeasured(results);
  }

  @Test
  void everyRowOnSeparateConnectionsIsMeasuredWithAFewMembers() throws Exception {
    List<Result> results = run(FanoutPart.SEPARATE, FanoutPart.TLS, FanoutPart.TOTAL);
    assertEquals(
        List.of(
            "separate_deliveries_per_s",
            "separate_cpu_us_per_delivery",
            "separate_deliveries_per_s_nats",
            "separate_deliveries_per_s_mosquitto",
            "separate_deliveries_per_s_redis",
            "separate_cpu_us_per_delivery_nats",
            "separate_cpu_us_per_delivery_mosquitto",
            "separate_cpu_us_per_delivery_redis",
            "tls_connections",
            "tls_kib_per_connection",
            "tls_heap_and_buffers_kib",
            "tls_kib_after_messages",
            "tls_connects_per_s",
            "tls_cpu_us_per_connect",
            "tls_last_receipt_ms",
            "separate_total",
            "separate_total_connect_s",
            "separate_total_p50_ms",
            "separate_total_max_ms",
            "separate_total_heap_and_buffers_mb",
            "separate_total_resident_mb",
            "separate_total_cpu_us_per_delivery"),
        results.stream().map(Result::id).toList());
    assertMeasured(results);
    for (String all : List.of("tls_connections", "separate_total")) {
      assertEquals(MEMBERS, value(results, all), "not all got all: " + all);
    }
  }

  private static List<Result> run(FanoutPart... parts) throws Exception {
    BenchOptions options =
        new BenchOptions(1, 1, List.of(MEMBERS), false, List.of(), Arrays.asList(parts), 1, 2_000);
    Rows rows = new Rows(System.out::println);
    new FanoutBenchmark().run(options, System.out::println, rows);
    assertEquals(List.of(), rows.failures());
    return rows.results();
  }

  /** A server that is not installed has rows that say so, and those only. */
  private static void assertMeasured(List<Result> results) {
    for (Result result : results) {
      boolean isMissing =
          Arrays.stream(Peer.values())
              .anyMatch(peer -> result.id().contains(peer.id()) && peer.program().isEmpty());
      if (isMissing) {
        assertEquals(Optional.of(PeerRows.NOT_INSTALLED), result.note());
      } else if (!UNITS_OF_MEMORY.contains(result.unit())) {
        assertTrue(result.value() > 0, result::toString);
      }
    }
  }

  private static double value(List<Result> results, String id) {
    return results.stream().filter(one -> one.id().equals(id)).findFirst().orElseThrow().value();
  }
}
