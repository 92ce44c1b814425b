package io.lockstep.deploy.bench;

import io.lockstep.chainlog.kafka.EmbeddedBroker;
import io.lockstep.sequencer.SequencerConfig;
import io.lockstep.sequencer.SequencerNode;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;

/**
 * What stands behind a gateway, in a process of its own: a Kafka broker and a sequencer. "kafka
 * HOST:PORT" is its first line, when it owns all partitions. Ends with its input.
 */
final class BackendProcess {
  private static final Duration OWNED_MAX = Duration.ofSeconds(60);

  private BackendProcess() {}

  /** A directory to keep everything in. */
  public static void main(String[] args) throws Exception {
    Path dir = Path.of(args[0]);
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.US_ASCII);
    try (EmbeddedBroker broker = EmbeddedBroker.start(dir.resolve("kafka"));
        SequencerNode sequencer =
            SequencerNode.start(
                SequencerConfig.embedded(broker.connection(), dir.resolve("sequencer")))) {
      if (!sequencer.awaitOwned(SequencerConfig.PARTITIONS_EMBEDDED, OWNED_MAX)) {
        throw new IllegalStateException("the sequencer did not get its partitions in time");
      }
      out.println("kafka " + broker.bootstrap());
      try (InputStream in = System.in) {
        while (in.read() >= 0) {
          // Nothing is said to it.
        }
      }
    }
    System.exit(0);
  }
}
