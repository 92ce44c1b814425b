package io.lockstep.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.grpc.StatusRuntimeException;
import io.lockstep.api.v1.Reason;
import io.lockstep.api.v1.SubmitRequest;
import io.lockstep.gateway.streams.CreditLimits;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a gateway measures is what its clients have seen. */
class GatewayMeterEndToEndTest {
  private static final ByteString GROUP = ByteString.copyFromUtf8("measured");
  private static final ByteString PASS = GatewayWorld.pass(GROUP, 0);

  /** So that it is the connection that has no room. */
  private static final CreditLimits WIDE = new CreditLimits(1_000, 64 << 20);

  @TempDir Path dir;
  private GatewayWorld world;
  private CountingMeter meter;

  @BeforeEach
  void start() throws Exception {
    world = new GatewayWorld(dir, GatewayLimits.DEFAULT.withCredit(WIDE));
    meter = world.meter;
    assertTrue(world.client().submit(world.create(GROUP)).hasSequenced());
  }

  @AfterEach
  void end() {
    world.close();
  }

  private ConnectedClient connect(boolean reads) throws Exception {
    var stub = world.streaming(world.gateway, Optional.of(world.token()));
    return reads ? ConnectedClient.connect(stub) : ConnectedClient.connectStuck(stub);
  }

  @Test
  void submissionsAreCountedByWhatCameOfThem() throws Exception {
    var client = world.client();
    SubmitRequest commit = world.commit(GROUP, 0);
    assertTrue(client.submit(commit).hasSequenced());
    assertTrue(client.submit(commit).getDuplicate());
    assertTrue(client.submit(world.commit(GROUP, 0)).hasWrongEpoch());
    SubmitRequest nobody = world.message(ByteString.copyFromUtf8("nobody there"), 0, "lost");
    assertThrows(StatusRuntimeException.class, () -> client.submit(nobody));
    SubmitRequest broken = commit.toBuilder().setSubmissionId(ByteString.EMPTY).build();
    assertThrows(StatusRuntimeException.class, () -> client.submit(broken));

    assertEquals(2, meter.get("submitted sequenced"), "the group was created as well");
    assertEquals(1, meter.get("submitted duplicate"));
    assertEquals(1, meter.get("submitted wrong_epoch"));
    assertEquals(1, meter.get("submitted unknown_group"));
    assertEquals(1, meter.get("submitted invalid_field"));
  }

  @Test
  void connectionsStreamsAndDeliveriesComeAndGo() throws Exception {
    ConnectedClient one = connect(true);
    one.attachGroup(GROUP, 0, PASS, 1);
    assertTrue(one.next().hasAttached());
    assertEquals(1, one.deliveries(1).size());
    assertTrue(one.next().hasCaughtUp());
    assertEquals(1, meter.get("connected"));
    assertEquals(1, meter.get("attached"));
    assertEquals(1, meter.get("history reads"), "the group's first entry is older than the feed");

    ConnectedClient other = connect(true);
    other.attachGroup(GROUP, 0, GatewayWorld.pass(GROUP, 9), 1);
    assertEquals(Reason.WRONG_PASS, other.next().getDetached().getReason());
    assertEquals(1, meter.get("detached WRONG_PASS"));
    assertEquals(2, meter.get("connected"));
    assertEquals(1, meter.get("attached"), "it was never attached");

    assertTrue(world.client().submit(world.message(GROUP, 0, "hello")).hasSequenced());
    int bytes = one.deliveries(1).getFirst().getSerializedSize();
    assertEquals(2, meter.get("deliveries"));
    meter.await("written", 1);
    assertTrue(meter.get("delivered bytes") >= bytes);

    one.detach(GROUP);
    meter.await("attached", 0);
    one.complete();
    other.cancel();
    meter.await("connected", 0);
  }

  @Test
  void aClientThatDoesNotReadIsCountedUntilItDoes() throws Exception {
    ConnectedClient stuck = connect(false);
    stuck.attachGroup(GROUP, 0, PASS, 1);
    meter.await("attached", 1);
    int messages = 24;
    for (int i = 0; i < messages; i++) {
      assertTrue(world.client().submit(world.message(GROUP, 0, new byte[100_000])).hasSequenced());
    }
    meter.await("slow", 1);
    stuck.read(Integer.MAX_VALUE);
    meter.await("slow", 0);
    meter.await("deliveries", messages + 1);
    stuck.cancel();
    meter.await("connected", 0);
    meter.await("attached", 0);
  }
}
