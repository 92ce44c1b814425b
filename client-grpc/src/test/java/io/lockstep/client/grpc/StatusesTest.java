package io.lockstep.client.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.lockstep.api.ErrorContract;
import io.lockstep.api.v1.Reason;
import io.lockstep.client.service.ServiceException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StatusesTest {
  private static Duration wait(Map<String, String> metadata) {
    return assertInstanceOf(
            ServiceException.Unknown.class,
            Statuses.translate(
                ErrorContract.error(Reason.RATE_LIMITED, "over the limit", metadata)))
        .retryAfter();
  }

  @Test
  void whoAsksTooFastIsToAskAgainWhenTheServiceSays() {
    assertEquals(Duration.ofMillis(250), wait(Map.of("retry_after_ms", "250")));
  }

  @Test
  void aServiceCannotMakeAClientWaitForEver() {
    assertEquals(
        Duration.ofMinutes(1), wait(Map.of("retry_after_ms", Long.toString(Long.MAX_VALUE))));
    assertEquals(Duration.ZERO, wait(Map.of("retry_after_ms", "-5")));
    assertEquals(Duration.ZERO, wait(Map.of("retry_after_ms", "soon")));
    assertEquals(Duration.ZERO, wait(Map.of()));
  }

  @Test
  void anotherLimitIsANo() {
    assertInstanceOf(
        ServiceException.Refused.class,
        Statuses.translate(ErrorContract.error(Reason.TOO_MANY_STREAMS, "too many")));
  }
}
