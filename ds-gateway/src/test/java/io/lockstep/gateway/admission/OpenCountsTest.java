package io.lockstep.gateway.admission;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.lockstep.api.v1.Reason;
import org.junit.jupiter.api.Test;

class OpenCountsTest {
  private final OpenCounts.Count streams = new OpenCounts(new OpenLimits(9, 9, 2, 9, 3)).streams();

  private void refused(String limit, String client) {
    Refused refused = assertThrows(Refused.class, () -> streams.check(client));
    assertEquals(Reason.RATE_LIMITED, refused.reason());
    assertEquals(limit, refused.metadata().get("limit"));
    assertEquals("10000", refused.metadata().get("retry_after_ms"));
  }

  @Test
  void aClientIsBoundedAndSoAreAllTogether() {
    streams.change("a", 2);
    refused("client-streams", "a");
    assertDoesNotThrow(() -> streams.check("b"));
    streams.change("b", 1);
    refused("gateway-streams", "b");
    streams.change("a", -1);
    assertDoesNotThrow(() -> streams.check("a"));
    assertDoesNotThrow(() -> streams.check("b"));
  }

  @Test
  void clientsWithNothingOpenAreForgotten() {
    streams.change("a", 2);
    streams.change("a", -2);
    streams.change("b", 0);
    assertEquals(0, streams.size());
  }
}
