package io.lockstep.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.lockstep.api.ErrorContract;
import io.lockstep.api.v1.DeliveryFrame;
import io.lockstep.api.v1.Reason;
import io.lockstep.gateway.streams.CreditLimits;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a client that does not acknowledge is given, and what others are given meanwhile. */
@Timeout(value = 90, unit = TimeUnit.SECONDS)
class CreditEndToEndTest {
  private static final CreditLimits CREDIT = new CreditLimits(8, 1 << 20);
  private static final int MESSAGES = 40;

  @TempDir private static Path dir;
  private static GatewayWorld world;

  @BeforeAll
  static void start() throws Exception {
    world = new GatewayWorld(dir, GatewayLimits.DEFAULT.withCredit(CREDIT));
  }

  @AfterAll
  static void stop() {
    if (world != null) {
      world.close();
      assertEquals(List.of(), List.copyOf(world.strangeStatuses));
    }
  }

  private static ConnectedClient attached(ByteString group) throws Exception {
    ConnectedClient client =
        ConnectedClient.connect(world.streaming(world.gateway, Optional.of(world.token())));
    client.attachGroup(group, 0, GatewayWorld.pass(group, 0), 1);
    var attached = client.next().getAttached();
    assertEquals(CREDIT.entriesMax(), attached.getCreditEntries());
    assertEquals(CREDIT.bytesMax(), attached.getCreditBytes());
    assertEquals(1, client.deliveries(1).getFirst().getSequence());
    assertTrue(client.next().hasCaughtUp());
    return client;
  }

  private static void acknowledge(ConnectedClient client, ByteString group, long sequence) {
    client.ack(group, sequence, ByteString.EMPTY, 0);
  }

  @Test
  void aClientThatDoesNotAcknowledgeIsPassedByAndGoesOnWhereItStopped() throws Exception {
    ByteString group = ByteString.copyFromUtf8("credit");
    var submitter = world.client();
    assertTrue(submitter.submit(world.create(group)).hasSequenced());
    ConnectedClient silent = attached(group);
    ConnectedClient well = attached(group);
    for (int i = 0; i < MESSAGES; i++) {
      assertTrue(submitter.submit(world.message(group, 0, "message " + i)).hasSequenced());
      assertEquals(2 + i, well.deliveries(1).getFirst().getSequence());
      acknowledge(well, group, 2 + i);
    }
    world.meter.await("without credit", 1);
    assertEquals(8, silent.deliveries(7).getLast().getSequence());
    assertTrue(silent.silentFor(100));
    long next = 9;
    while (next <= MESSAGES + 1) {
      acknowledge(silent, group, next - 5);
      for (DeliveryFrame frame : silent.deliveries((int) Math.min(4, MESSAGES + 2 - next))) {
        assertEquals(next++, frame.getSequence());
      }
    }
    acknowledge(silent, group, next - 1);
    world.meter.await("without credit", 0);
    assertTrue(submitter.submit(world.message(group, 0, "last")).hasSequenced());
    assertEquals(next, silent.deliveries(1).getFirst().getSequence());
    silent.cancel();
    well.cancel();
  }

  @Test
  void whatWasNotDeliveredIsNotAcknowledged() throws Exception {
    ByteString group = ByteString.copyFromUtf8("ahead");
    assertTrue(world.client().submit(world.create(group)).hasSequenced());
    ConnectedClient ahead = attached(group);
    acknowledge(ahead, group, 0);
    acknowledge(ahead, group, 1);
    acknowledge(ahead, group, 1);
    acknowledge(ahead, group, 2);
    assertEquals(
        Optional.of(Reason.INVALID_FIELD), ErrorContract.reason(ahead.end().orElseThrow()));
  }
}
