package io.lockstep.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.lockstep.api.StreamKey;
import io.lockstep.api.v1.ConnectResponse;
import io.lockstep.api.v1.DeliveryFrame;
import io.lockstep.chainlog.Partitions;
import io.lockstep.gateway.log.StreamFormat;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A client that was away for longer than the log is kept. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class GatewayGapEndToEndTest {
  private static final ByteString GROUP = ByteString.copyFromUtf8("long ago");

  /**
   * The creation and the messages; the only entries of their partition, so n has log offset n - 1.
   */
  private static final int ENTRIES = 21;

  private static final int KEPT_FROM = 12;

  @Test
  void aClientIsToldWhatIsGoneAndGetsTheRestWithoutHoles(@TempDir Path dir) throws Exception {
    try (GatewayWorld world = new GatewayWorld(dir, GatewayLimits.DEFAULT)) {
      var client = world.client();
      assertEquals(1, client.submit(world.create(GROUP)).getSequenced().getSequence());
      for (int i = 2; i <= ENTRIES; i++) {
        assertEquals(
            i, client.submit(world.message(GROUP, 0, "number " + i)).getSequenced().getSequence());
      }
      trim(world);

      ConnectedClient away =
          ConnectedClient.connect(world.streaming(world.gateway, Optional.of(world.token())));
      away.attachGroup(GROUP, 3, GatewayWorld.pass(GROUP, 0), 1);
      assertEquals(ENTRIES, away.next().getAttached().getSequence());
      ConnectResponse gap = away.next();
      assertTrue(gap.hasGap(), gap::toString);
      assertEquals(KEPT_FROM, gap.getGap().getFirstAvailable());
      List<Long> sequences =
          away.deliveries(ENTRIES - KEPT_FROM + 1).stream()
              .map(DeliveryFrame::getSequence)
              .toList();
      assertEquals(LongStream.rangeClosed(KEPT_FROM, ENTRIES).boxed().toList(), sequences);
      assertEquals(ENTRIES, away.next().getCaughtUp().getSequence());
      assertEquals(
          ENTRIES + 1,
          client.submit(world.message(GROUP, 0, "and on")).getSequenced().getSequence());
      assertEquals(ENTRIES + 1, away.deliveries(1).getFirst().getSequence());
      away.complete();

      ConnectedClient here =
          ConnectedClient.connect(world.streaming(world.gateway, Optional.of(world.token())));
      here.attachGroup(GROUP, KEPT_FROM - 1, GatewayWorld.pass(GROUP, 0), 1);
      assertTrue(here.next().hasAttached());
      assertEquals(
          KEPT_FROM, here.deliveries(1).getFirst().getSequence(), "nothing that it needs is gone");
      here.complete();
    }
  }

  /** Kafka removes what is older, as its retention does; returns when the owner knows. */
  private static void trim(GatewayWorld world) throws Exception {
    String key = StreamKey.ofGroup(GROUP);
    int partitions = world.owner.owned().size();
    TopicPartition log = new TopicPartition(StreamFormat.LOG.log(), Partitions.of(key, partitions));
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", world.kafka.bootstrap()))) {
      admin
          .deleteRecords(Map.of(log, RecordsToDelete.beforeOffset(KEPT_FROM - 1)))
          .all()
          .get(30, TimeUnit.SECONDS);
    }
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (world.owner.view().history(key, 0, 1, 1 << 20).firstAvailable() != KEPT_FROM) {
      assertTrue(System.nanoTime() < deadline, "the owner does not notice");
      TimeUnit.MILLISECONDS.sleep(50);
    }
  }
}
