package io.lockstep.sequencer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lockstep.chainlog.kafka.KafkaConnection;
import io.lockstep.chainlog.kafka.LogTopicSpec;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SequencerConfigTest {
  private static final KafkaConnection KAFKA = KafkaConnection.to("127.0.0.1:9092");
  private static final SequencerConfig GOOD = SequencerConfig.embedded(KAFKA, Path.of("data"));

  @Test
  void embeddedDefaultsAreForOneMachine() {
    assertEquals(8, GOOD.topics().partitions());
    assertEquals(1, GOOD.topics().replication());
    assertTrue(GOOD.internal().getAddress().isLoopbackAddress());
    assertEquals(Optional.empty(), GOOD.tls());
  }

  @Test
  void recordsMustTakeALargeCommit() {
    refused("topics.maxRecordBytes", new LogTopicSpec(8, 1, 1 << 20), GOOD.internal(), 10_000);
  }

  @Test
  void plaintextIsForLoopbackOnly() throws Exception {
    InetAddress other = InetAddress.getByAddress(new byte[] {(byte) 192, 0, 2, 1});
    refused("tls", GOOD.topics(), new InetSocketAddress(other, 1), 10_000);
  }

  @Test
  void listeningEverywhereNeedsANameForOthers() {
    refused("advertisedHost", GOOD.topics(), new InetSocketAddress(1), 10_000);
  }

  @Test
  void sessionTimeoutHasAFloor() {
    refused("sessionTimeout", GOOD.topics(), GOOD.internal(), 499);
  }

  @Test
  void takeoverHasAFloor() {
    refused("takeoverAfter", GOOD.topics(), GOOD.internal(), 10_000, 19);
  }

  private static void refused(
      String setting, LogTopicSpec topics, InetSocketAddress internal, long timeoutMillis) {
    refused(setting, topics, internal, timeoutMillis, 200);
  }

  private static void refused(
      String setting,
      LogTopicSpec topics,
      InetSocketAddress internal,
      long timeoutMillis,
      long takeoverMillis) {
    Exception e =
        assertThrows(
            IllegalArgumentException.class,
            () ->
                new SequencerConfig(
                    KAFKA,
                    topics,
                    Path.of("data"),
                    internal,
                    Optional.empty(),
                    Optional.empty(),
                    Duration.ofMillis(timeoutMillis),
                    Duration.ofMillis(takeoverMillis)));
    assertTrue(e.getMessage().startsWith(setting), e::getMessage);
  }
}
