package io.lockstep.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.lockstep.chainlog.vertx.ConnectionLimits;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Connections that come to nothing are ended, and those that are of use are not. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class ConnectionGuardEndToEndTest {
  private static final String CONNECT = "/io.lockstep.api.v1.Delivery/Connect";
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final ConnectionLimits QUICK =
      ConnectionLimits.DEFAULT.withTimes(
          Duration.ofSeconds(3),
          Duration.ofSeconds(4),
          Duration.ofMillis(400),
          Duration.ofSeconds(2));

  @TempDir private static Path dir;
  private static GatewayWorld world;

  @BeforeAll
  static void start() throws Exception {
    world = new GatewayWorld(dir, GatewayLimits.DEFAULT.withConnections(QUICK));
  }

  @AfterAll
  static void stop() {
    if (world != null) {
      world.close();
      assertEquals(List.of(), List.copyOf(world.strangeStatuses));
    }
  }

  private static int port() {
    return world.gateway.port();
  }

  private static void connectCall(RawHttp2 raw) throws Exception {
    raw.send(
        RawHttp2.frame(
            RawHttp2.HEADERS, RawHttp2.END_HEADERS, 1, RawHttp2.call(CONNECT, world.token())));
    raw.await(RawHttp2.HEADERS, PATIENCE);
  }

  @Test
  void aConnectionWithoutAProvenCallIsClosed() throws Exception {
    long before = world.meter.get("closed no_call");
    int port =
        world
            .anotherGateway(
                GatewayLimits.DEFAULT.withConnections(
                    ConnectionLimits.DEFAULT.withTimes(
                        Duration.ofSeconds(1), PATIENCE, PATIENCE, PATIENCE)))
            .port();
    try (RawHttp2 silent = new RawHttp2(port);
        RawHttp2 slow = new RawHttp2(port);
        RawHttp2 polite = RawHttp2.connected(port);
        RawHttp2 stranger = RawHttp2.connected(port)) {
      slow.send(Arrays.copyOf(RawHttp2.preface(), 7));
      stranger.send(
          RawHttp2.frame(
              RawHttp2.HEADERS, RawHttp2.END_HEADERS, 1, RawHttp2.call(CONNECT, "no token")));
      for (RawHttp2 one : List.of(silent, slow, polite, stranger)) {
        assertTrue(one.closedWithin(PATIENCE));
      }
    }
    world.meter.await("closed no_call", before + 4);
  }

  @Test
  void aClientThatAnswersNoMoreIsFoundAndOneThatDoesIsLeftAlone() throws Exception {
    long before = world.meter.get("closed unanswered");
    try (RawHttp2 gone = RawHttp2.connected(port());
        RawHttp2 there = RawHttp2.connected(port())) {
      connectCall(gone);
      connectCall(there);
      assertTrue(there.answersPings(Duration.ofSeconds(6)));
      assertTrue(gone.closedWithin(PATIENCE));
      assertFalse(there.closedWithin(Duration.ofMillis(1)));
    }
    world.meter.await("closed unanswered", before + 1);
    world.meter.await("connected", 0);
  }

  @Test
  void aConnectionWithoutCallsIsClosedAndTheNextCallIsMadeOnAnother() throws Exception {
    long before = world.meter.get("closed idle");
    ByteString group = ByteString.copyFromUtf8("idle");
    var client = world.client();
    assertTrue(client.submit(world.create(group)).hasSequenced());
    world.meter.await("closed idle", before + 1);
    assertTrue(client.submit(world.message(group, 0, "again")).hasSequenced());
  }

  @Test
  void connectionsOfOneAddressAreBoundedAndThoseThatAreThereStay() throws Exception {
    GatewayNode few =
        world.anotherGateway(
            GatewayLimits.DEFAULT.withConnections(
                ConnectionLimits.DEFAULT.withMax(100, 3, Set.of())));
    boundedAtThree(few, "closed too_many_from_address");
  }

  @Test
  void connectionsOfTheGatewayAreBoundedAndThoseThatAreThereStay() throws Exception {
    GatewayNode few =
        world.anotherGateway(
            GatewayLimits.DEFAULT.withConnections(
                ConnectionLimits.DEFAULT.withMax(3, 3, ConnectionLimits.DEFAULT.proxies())));
    boundedAtThree(few, "closed too_many");
  }

  private static void boundedAtThree(GatewayNode few, String metric) throws Exception {
    long before = world.meter.get(metric);
    ByteString group = ByteString.copyFromUtf8(metric);
    var client = world.client(few, Optional.of(world.token()));
    assertTrue(client.submit(world.create(group)).hasSequenced());
    try (RawHttp2 second = RawHttp2.connected(few.port())) {
      second.await(RawHttp2.SETTINGS, PATIENCE);
      RawHttp2 third = RawHttp2.connected(few.port());
      third.await(RawHttp2.SETTINGS, PATIENCE);
      for (int i = 0; i < 10; i++) {
        assertThrows(IOException.class, () -> oneMore(few));
      }
      world.meter.await(metric, before + 10);
      assertTrue(client.submit(world.message(group, 0, "still here")).hasSequenced());
      third.close();
      awaitRoom(few);
      assertFalse(second.closedWithin(Duration.ofMillis(1)));
    }
    few.close();
  }

  private static void oneMore(GatewayNode gateway) throws IOException {
    try (RawHttp2 more = RawHttp2.connected(gateway.port())) {
      more.await(RawHttp2.SETTINGS, PATIENCE);
    }
  }

  private static void awaitRoom(GatewayNode gateway) throws InterruptedException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      try {
        oneMore(gateway);
        return;
      } catch (IOException refused) {
        assertTrue(System.nanoTime() - end < 0, refused::toString);
        TimeUnit.MILLISECONDS.sleep(10);
      }
    }
  }
}
