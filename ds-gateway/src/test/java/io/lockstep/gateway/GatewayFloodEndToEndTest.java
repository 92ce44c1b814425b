package io.lockstep.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.lockstep.api.ErrorContract;
import io.lockstep.api.v1.DeliveryGrpc;
import io.lockstep.api.v1.Reason;
import io.lockstep.api.v1.SubmitRequest;
import io.lockstep.gateway.admission.Rate;
import io.lockstep.gateway.admission.RateLimit;
import io.lockstep.gateway.admission.RateLimits;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Clients that send faster than they may. The bursts never fill up again while the test runs. */
@Timeout(value = 90, unit = TimeUnit.SECONDS)
class GatewayFloodEndToEndTest {
  private static final int CLIENT_BURST = 20;
  private static final int GROUP_BURST = 30;

  @TempDir private static Path dir;
  private static GatewayWorld world;

  @BeforeAll
  static void start() throws Exception {
    RateLimits rates =
        RateLimits.DEFAULT
            .with(RateLimit.CLIENT_SUBMITS, new Rate(1, CLIENT_BURST))
            .with(RateLimit.GROUP_SUBMITS, new Rate(1, GROUP_BURST));
    world = new GatewayWorld(dir, GatewayLimits.DEFAULT.withRates(rates));
  }

  @AfterAll
  static void stop() {
    if (world != null) {
      world.close();
    }
  }

  private static DeliveryGrpc.DeliveryBlockingStub newConnection() throws Exception {
    return world.client(world.gateway, Optional.empty());
  }

  private static long submit(DeliveryGrpc.DeliveryBlockingStub client, SubmitRequest request) {
    return client.submit(request).getSequenced().getSequence();
  }

  /** Submits until it is refused; answers the refusal. */
  private static StatusRuntimeException flood(
      DeliveryGrpc.DeliveryBlockingStub client, ByteString group, int atMost) {
    return assertThrows(
        StatusRuntimeException.class,
        () -> {
          for (int i = 0; i < atMost; i++) {
            submit(client, world.message(group, 0, "again"));
          }
        });
  }

  @Test
  void aConnectionThatFloodsIsRefusedAndAnotherOneIsNot() throws Exception {
    ByteString group = ByteString.copyFromUtf8("flooded");
    submit(world.client(), world.create(group));
    StatusRuntimeException refused = flood(newConnection(), group, 10 * CLIENT_BURST);
    assertEquals(Status.Code.RESOURCE_EXHAUSTED, refused.getStatus().getCode());
    assertEquals(Optional.of(Reason.RATE_LIMITED), ErrorContract.reason(refused));
    assertEquals("client-submits", ErrorContract.metadata(refused).get("limit"));
    assertTrue(Long.parseLong(ErrorContract.metadata(refused).get("retry_after_ms")) > 0);
    assertTrue(submit(newConnection(), world.message(group, 0, "from another")) > 1);
  }

  @Test
  void anOutsiderCannotUseUpTheLimitOfAGroup() throws Exception {
    ByteString group = ByteString.copyFromUtf8("besieged");
    submit(world.client(), world.create(group));
    for (int connection = 0; connection < 3; connection++) {
      DeliveryGrpc.DeliveryBlockingStub outsider = newConnection();
      for (int i = 0; i < CLIENT_BURST; i++) {
        SubmitRequest forged =
            world.message(group, 0, "let me in").toBuilder()
                .setPass(ByteString.copyFrom(new byte[32]))
                .build();
        StatusRuntimeException refused =
            assertThrows(StatusRuntimeException.class, () -> submit(outsider, forged));
        assertEquals(Optional.of(Reason.WRONG_PASS), ErrorContract.reason(refused));
      }
    }
    assertTrue(submit(newConnection(), world.message(group, 0, "of a member")) > 1);
  }

  @Test
  void aGroupThatIsFloodedByItsMembersIsRefusedAndAnotherOneIsNot() throws Exception {
    ByteString group = ByteString.copyFromUtf8("noisy");
    ByteString other = ByteString.copyFromUtf8("calm");
    submit(world.client(), world.create(group));
    submit(world.client(), world.create(other));
    DeliveryGrpc.DeliveryBlockingStub first = newConnection();
    for (int i = 0; i < CLIENT_BURST; i++) {
      submit(first, world.message(group, 0, "noise"));
    }
    StatusRuntimeException refused = flood(newConnection(), group, CLIENT_BURST);
    assertEquals("group-submits", ErrorContract.metadata(refused).get("limit"));
    assertTrue(submit(newConnection(), world.message(other, 0, "calm")) > 1);
  }
}
