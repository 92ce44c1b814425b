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
  private final Count groups;

  public OpenCounts(OpenLimits limits) {
    calls = new Count("client-calls", limits.clientCalls(), "gateway-calls", limits.gatewayCalls());
    streams =
        new Count(
            "client-streams", limits.clientStreams(), "gateway-streams", limits.gatewayStreams());
    // Each of them is one of the streams, whose number in all is bounded there.
    groups = new Count("group-streams", limits.groupStreams(), "", Integer.MAX_VALUE);
  }

  /** Connect calls. */
  public Count calls() {
    return calls;
  }

  /** Streams, attached or being attached. */
  public Count streams() {
    return streams;
  }

  /** Attached streams of groups, by group. */
  public Count groups() {
    return groups;
  }

  /** How many of one kind are open, for each of those that have some. */
  public static final class Count {
    private final String limitOfOne;
    private final int maxOfOne;
    private final String limitOfAll;
    private final int maxOfAll;
    private final AtomicInteger all = new AtomicInteger();
    private final Map<String, Integer> byOne = new ConcurrentHashMap<>();

    private Count(String limitOfOne, int maxOfOne, String limitOfAll, int maxOfAll) {
      this.limitOfOne = limitOfOne;
      this.maxOfOne = maxOfOne;
      this.limitOfAll = limitOfAll;
      this.maxOfAll = maxOfAll;
    }

    /** Whether there may be another one of this client or group. */
    public void check(String one) throws Refused {
      if (byOne.getOrDefault(one, 0) >= maxOfOne) {
        throw full(limitOfOne);
      }
      if (all.get() >= maxOfAll) {
        throw full(limitOfAll);
      }
    }

    /** It has so many more, or fewer. */
    public void change(String one, int by) {
      if (by != 0) {
        all.addAndGet(by);
        byOne.compute(
            one,
            (same, before) -> {
              int after = (before == null ? 0 : before) + by;
              return after == 0 ? null : after;
            });
      }
    }

    /** How many have something open. */
    int size() {
      return byOne.size();
    }

    private static Refused full(String limit) {
      return new Refused(
          Reason.RATE_LIMITED,
          "over the limit " + limit + ": close some",
          Map.of("limit", limit, "retry_after_ms", Integer.toString(RETRY_AFTER_MILLIS)));
    }
  }
}
