package io.lockstep.gateway.admission;

import io.lockstep.api.v1.Reason;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Refuses with RATE_LIMITED what would be open beyond {@link OpenLimits}. Thread-safe; two that
 * come at the same moment may both be let in.
 */
public final class OpenCounts {
  /** Nobody knows when something will be closed. */
  private static final int RETRY_AFTER_MILLIS = 10_000;

  private final Count calls;
  private final Count streams;

  public OpenCounts(OpenLimits limits) {
    calls = new Count("calls", limits.clientCalls(), limits.gatewayCalls());
    streams = new Count("streams", limits.clientStreams(), limits.gatewayStreams());
  }

  /** Connect calls. */
  public Count calls() {
    return calls;
  }

  /** Streams, attached or being attached. */
  public Count streams() {
    return streams;
  }

  /** How many of one kind are open. */
  public static final class Count {
    private final String name;
    private final int perClientMax;
    private final int max;
    private final AtomicInteger all = new AtomicInteger();
    private final Map<String, Integer> byClient = new ConcurrentHashMap<>();

    private Count(String name, int perClientMax, int max) {
      this.name = name;
      this.perClientMax = perClientMax;
      this.max = max;
    }

    /** Whether the client may open another one. */
    public void check(String client) throws Refused {
      if (byClient.getOrDefault(client, 0) >= perClientMax) {
        throw full("client-" + name);
      }
      if (all.get() >= max) {
        throw full("gateway-" + name);
      }
    }

    /** The client has so many more open, or fewer. */
    public void change(String client, int by) {
      if (by != 0) {
        all.addAndGet(by);
        byClient.compute(
            client,
            (same, before) -> {
              int after = (before == null ? 0 : before) + by;
              return after == 0 ? null : after;
            });
      }
    }

    /** Clients that have something open. */
    int clients() {
      return byClient.size();
    }

    private static Refused full(String limit) {
      return new Refused(
          Reason.RATE_LIMITED,
          "over the limit " + limit + ": close some",
          Map.of("limit", limit, "retry_after_ms", Integer.toString(RETRY_AFTER_MILLIS)));
    }
  }
}
