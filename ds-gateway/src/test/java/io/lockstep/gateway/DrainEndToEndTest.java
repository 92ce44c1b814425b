package io.lockstep.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.lockstep.api.v1.Reason;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Clients that submit and receive all the time while the gateway that they are at goes away. */
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class DrainEndToEndTest {
  private static final int CLIENTS = 4;
  private static final int BEFORE = 10;
  private static final int AFTER = 20;
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration CLOSE_MAX = Duration.ofSeconds(20);

  @TempDir private static Path dir;
  private static GatewayWorld world;

  @BeforeAll
  static void start() throws Exception {
    world = new GatewayWorld(dir, GatewayLimits.DEFAULT);
  }

  @AfterAll
  static void stop() {
    if (world != null) {
      world.close();
    }
  }

  private interface Fault {
    void happen() throws Exception;
  }

  @Test
  void aGatewayThatDrainsLosesAndRepeatsNothing() throws Exception {
    GatewayNode draining = world.anotherGateway();
    List<MovingClient> clients =
        survive(
            "draining",
            draining.port(),
            () -> {
              long begun = System.nanoTime();
              draining.close();
              long took = System.nanoTime() - begun;
              assertTrue(took < CLOSE_MAX.toNanos(), () -> "took " + took / 1_000_000 + " ms");
            });
    for (MovingClient client : clients) {
      assertTrue(client.ends.contains(Reason.SHUTTING_DOWN), client.ends::toString);
    }
  }

  @Test
  void aGatewayThatIsCutOffLosesAndRepeatsNothing() throws Exception {
    GatewayNode cutOff = world.anotherGateway();
    CuttableProxy proxy = new CuttableProxy(cutOff.port());
    var _ = survive("cut off", proxy.port(), proxy::close);
    cutOff.close();
  }

  private static List<MovingClient> survive(String name, int port, Fault fault) throws Exception {
    ByteString group = ByteString.copyFromUtf8(name);
    assertTrue(world.client().submit(world.create(group)).hasSequenced());
    List<MovingClient> clients = new ArrayList<>();
    try {
      for (int i = 0; i < CLIENTS; i++) {
        clients.add(
            new MovingClient(world, group, name + " " + i, List.of(port, world.gateway.port())));
      }
      await(() -> clients.stream().allMatch(client -> client.answers() >= BEFORE));
      List<Integer> before = clients.stream().map(MovingClient::answers).toList();
      fault.happen();
      await(
          () -> {
            boolean all = true;
            for (int i = 0; i < CLIENTS; i++) {
              all &= clients.get(i).answers() >= before.get(i) + AFTER;
            }
            return all;
          });
      for (MovingClient client : clients) {
        client.stopSubmitting();
      }
      int messages = clients.stream().mapToInt(MovingClient::answers).sum();
      await(() -> clients.stream().allMatch(client -> client.received().size() > messages));
      checkAll(group, clients, messages);
      return clients;
    } finally {
      for (MovingClient client : clients) {
        client.close();
      }
    }
  }

  private static void checkAll(ByteString group, List<MovingClient> clients, int messages) {
    Set<Long> places = new HashSet<>();
    List<ByteString> all = clients.getFirst().received();
    assertEquals(messages + 1, all.size(), "the creation, and each message once");
    assertEquals(messages + 1, new HashSet<>(all).size());
    for (int i = 0; i < clients.size(); i++) {
      MovingClient client = clients.get(i);
      assertEquals(List.of(), List.copyOf(client.wrong));
      assertEquals(all, client.received());
      int number = 0;
      for (long place : client.places()) {
        assertTrue(places.add(place), "two messages have one place");
        String text = group.toStringUtf8() + " " + i + " " + number++;
        assertEquals(
            MlsBytes.application(group, 0, text.getBytes(StandardCharsets.UTF_8)),
            all.get((int) place - 1));
      }
    }
  }

  private static void await(BooleanSupplier condition) throws InterruptedException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() - end < 0, "not in time");
      TimeUnit.MILLISECONDS.sleep(10);
    }
  }

  @Test
  void goAwayIsSaidAndACallThatIsNotReadEndsAsWell() throws Exception {
    GatewayNode draining = world.anotherGateway();
    try (RawHttp2 raw = RawHttp2.connected(draining.port())) {
      raw.send(
          RawHttp2.frame(
              RawHttp2.HEADERS,
              RawHttp2.END_HEADERS,
              1,
              RawHttp2.call("/io.lockstep.api.v1.Delivery/Connect", world.token())));
      raw.await(RawHttp2.HEADERS, PATIENCE);
      draining.close();
      raw.await(RawHttp2.GOAWAY, PATIENCE);
      assertTrue(raw.closedWithin(PATIENCE));
    }
  }
}
