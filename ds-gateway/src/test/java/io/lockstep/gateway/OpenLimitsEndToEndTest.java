package io.lockstep.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.grpc.StatusRuntimeException;
import io.lockstep.api.ErrorContract;
import io.lockstep.api.v1.Detached;
import io.lockstep.api.v1.Reason;
import io.lockstep.gateway.admission.OpenLimits;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** One client, on whatever connections, cannot take all there is. */
@Timeout(value = 90, unit = TimeUnit.SECONDS)
class OpenLimitsEndToEndTest {
  private static final String OTHER = "99112233445566778899aabbccddeeff";
  private static final String THIRD = "aa112233445566778899aabbccddeeff";
  private static final List<ByteString> GROUPS =
      List.of("a", "b", "c", "d").stream().map(ByteString::copyFromUtf8).toList();

  @TempDir private static Path dir;
  private static GatewayWorld world;

  @BeforeAll
  static void start() throws Exception {
    world = new GatewayWorld(dir, GatewayLimits.DEFAULT.withOpen(new OpenLimits(2, 9, 3, 3, 9)));
    for (ByteString group : GROUPS) {
      assertTrue(world.client().submit(world.create(group)).hasSequenced());
    }
  }

  @AfterAll
  static void stop() {
    if (world != null) {
      world.close();
    }
  }

  private static ConnectedClient connect(String client) throws Exception {
    String token = world.tokens.token(client, GatewayWorld.INBOX, Instant.now().plusSeconds(600));
    return ConnectedClient.connect(world.streaming(world.gateway, Optional.of(token)));
  }

  private static void attach(ConnectedClient client, int group) {
    ByteString id = GROUPS.get(group);
    client.attachGroup(id, 1, GatewayWorld.pass(id, 0), 1);
  }

  private static void attached(ConnectedClient client, int group) throws Exception {
    attach(client, group);
    assertTrue(client.next().hasAttached());
    assertTrue(client.next().hasCaughtUp());
  }

  @Test
  void aClientHasSoManyCallsAndStreamsOnAllOfThem() throws Exception {
    ConnectedClient first = connect(GatewayWorld.CLIENT);
    ConnectedClient second = connect(GatewayWorld.CLIENT);
    attached(first, 0);
    attached(second, 0);
    attached(second, 1);
    attach(first, 2);
    Detached refused = first.next().getDetached();
    assertEquals(Reason.RATE_LIMITED, refused.getReason());
    assertEquals("client-streams", refused.getLimit());
    assertTrue(refused.getRetryAfterMs() > 0);
    attached(second, 1);

    StatusRuntimeException third =
        (StatusRuntimeException) connect(GatewayWorld.CLIENT).end().orElseThrow();
    assertEquals(Optional.of(Reason.RATE_LIMITED), ErrorContract.reason(third));
    assertEquals("client-calls", ErrorContract.metadata(third).get("limit"));
    attached(connect(OTHER), 0);

    // The fourth attachment of the first group; at first without its pass.
    ConnectedClient late = connect(THIRD);
    late.attachGroup(GROUPS.get(0), 1, GatewayWorld.pass(GROUPS.get(1), 0), 1);
    assertEquals(Reason.WRONG_PASS, late.next().getDetached().getReason());
    attach(late, 0);
    Detached full = late.next().getDetached();
    assertEquals(Reason.RATE_LIMITED, full.getReason());
    assertEquals("group-streams", full.getLimit());
    late.cancel();

    second.detach(GROUPS.get(1));
    assertTrue(second.next().hasDetached());
    attached(first, 2);
    first.cancel();
    world.meter.await("connected", 2);
    attached(connect(GatewayWorld.CLIENT), 3);
  }
}
