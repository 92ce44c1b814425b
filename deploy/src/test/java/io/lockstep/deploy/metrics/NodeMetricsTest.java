package io.lockstep.deploy.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lockstep.chainlog.LogName;
import io.lockstep.chainlog.kafka.LogClientCounts;
import io.lockstep.chainlog.kafka.ReaderCounts;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class NodeMetricsTest {
  private static final LogName LOG = new LogName("measured");

  private final NodeMetrics metrics = new NodeMetrics();

  @AfterEach
  void close() {
    metrics.close();
  }

  @Test
  void prometheusSeesWhatWasMeasured() {
    metrics.fold(LOG).accepted(0, "commit");
    metrics.fold(LOG).lag(5, 7, 250);
    metrics.fold(LOG).tookOver(5, 400_000_000);
    metrics.reader(LOG, () -> new ReaderCounts(11, 3, 0, 1));
    metrics.client(LOG, () -> new LogClientCounts(9, 5, 17, 2, 1, 3, 400, 4));

    String text = metrics.scrape();

    assertTrue(
        text.contains("lockstep_outcomes_total{kind=\"commit\",log=\"measured\"} 1.0"), text);
    assertTrue(text.contains("lockstep_lag_records{log=\"measured\",partition=\"5\"} 7.0"), text);
    assertTrue(
        text.contains("lockstep_lag_milliseconds{log=\"measured\",partition=\"5\"} 250.0"), text);
    assertTrue(text.contains("lockstep_takeover_seconds_count{log=\"measured\"} 1"), text);
    assertTrue(text.contains("lockstep_takeover_seconds_sum{log=\"measured\"} 0.4"), text);
    assertTrue(text.contains("lockstep_reader_skipped_total{log=\"measured\"} 3.0"), text);
    assertTrue(text.contains("lockstep_client_refused_slow_total{log=\"measured\"} 17.0"), text);
    assertTrue(text.contains("lockstep_client_slow_partitions{log=\"measured\"} 4.0"), text);
    assertTrue(text.contains("jvm_memory_used_bytes"), text);
  }

  @Test
  void aReaderIsAskedAlsoAfterTheGarbageCollectorHasRun() {
    AtomicLong accepted = new AtomicLong(1);
    // As callers do: nobody else holds the supplier.
    metrics.reader(LOG, () -> new ReaderCounts(accepted.get(), 0, 0, 0));
    metrics.scrape();
    System.gc();
    accepted.set(12);

    String text = metrics.scrape();

    assertTrue(text.contains("lockstep_reader_accepted_total{log=\"measured\"} 12.0"), text);
  }

  @Test
  void jmxSeesTheSame() throws Exception {
    metrics.fold(LOG).written(0, 9);
    MBeanServer jmx = ManagementFactory.getPlatformMBeanServer();

    ObjectName found =
        jmx.queryNames(new ObjectName("lockstep:*"), null).stream()
            .filter(
                n -> n.toString().contains("lockstepWritten") && n.toString().contains("measured"))
            .findFirst()
            .orElseThrow(
                () ->
                    new AssertionError(
                        jmx.queryNames(null, null).stream()
                            .filter(n -> n.getDomain().startsWith("lockstep"))
                            .toList()));

    assertEquals(9L, jmx.getAttribute(found, "Count"));
  }

  @Test
  void theEndpointServesMetricsAndNothingElse() throws Exception {
    try (MetricsEndpoint endpoint =
            MetricsEndpoint.start(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                Optional.empty(),
                metrics);
        HttpClient client = HttpClient.newHttpClient()) {
      HttpResponse<String> answer = get(client, endpoint, "/metrics");
      assertEquals(200, answer.statusCode());
      assertEquals(
          "text/plain; version=0.0.4; charset=utf-8",
          answer.headers().firstValue("Content-Type").orElseThrow());
      assertTrue(answer.body().contains("process_cpu_usage"), answer.body());
      assertEquals(404, get(client, endpoint, "/").statusCode());
      HttpResponse<String> post =
          client.send(
              HttpRequest.newBuilder(uri(endpoint, "/metrics"))
                  .POST(HttpRequest.BodyPublishers.ofString("x"))
                  .build(),
              HttpResponse.BodyHandlers.ofString());
      assertEquals(405, post.statusCode());
    }
  }

  @Test
  void withoutTlsOnlyLoopbackIsServed() {
    IllegalArgumentException refused =
        assertThrows(
            IllegalArgumentException.class,
            () ->
                MetricsEndpoint.start(
                    new InetSocketAddress("0.0.0.0", 0), Optional.empty(), metrics));

    assertTrue(refused.getMessage().startsWith("metrics.listen: "), refused.getMessage());
  }

  private static HttpResponse<String> get(HttpClient client, MetricsEndpoint endpoint, String path)
      throws Exception {
    return client.send(
        HttpRequest.newBuilder(uri(endpoint, path)).build(), HttpResponse.BodyHandlers.ofString());
  }

  private static URI uri(MetricsEndpoint endpoint, String path) {
    return URI.create("http://127.0.0.1:" + endpoint.port() + path);
  }
}
