package io.lockstep.chainlog.kafka;

import io.lockstep.chainlog.CounterFold;
import io.lockstep.chainlog.CounterFold.Add;
import io.lockstep.chainlog.CounterFold.Added;
import io.lockstep.chainlog.CounterFold.Counter;
import io.lockstep.chainlog.LogFormat;
import io.lockstep.chainlog.LogName;
import io.lockstep.chainlog.process.ParentWatch;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Semaphore;

/**
 * A whole deployment in a process of its own that submits until it is killed, and prints the id of
 * each submission that was acknowledged.
 */
final class CountingProcess {
  static final LogName LOG = new LogName("counters");
  static final LogTopicSpec TOPICS = new LogTopicSpec(4, 1, 1 << 20);
  static final int KEYS = 20;
  private static final int IN_FLIGHT = 50;

  private CountingProcess() {}

  /**
   * Arguments: the directory, and the first id. The amount of a command is its id, so each is told
   * from all others.
   */
  public static void main(String[] args) throws Exception {
    ParentWatch.begin();
    Path dir = Path.of(args[0]);
    long first = Long.parseLong(args[1]);
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    EmbeddedBroker broker = EmbeddedBroker.start(dir.resolve("kafka"));
    LogTopics.ensure(broker.connection(), LOG, TOPICS);
    CounterFold fold = new CounterFold();
    FoldServiceConfig config =
        FoldServiceConfig.of(broker.connection(), LOG, dir.resolve("fold"), "127.0.0.1:1");
    FoldService<Counter, Add, Added> owner = FoldService.start(fold, config);
    ChainedReader<Added> reader = ChainedReader.start(broker.connection(), LOG, LogFormat.of(fold));
    LogClient<Add, Added> client = LogClient.start(broker.connection(), LogFormat.of(fold), reader);
    out.println("owned " + owner.awaitOwned(TOPICS.partitions(), Duration.ofSeconds(30)));
    Semaphore room = new Semaphore(IN_FLIGHT);
    for (long id = first; ; id++) {
      long mine = id;
      room.acquire();
      var _ =
          client
              .submit(new Add("key" + id % KEYS, id))
              .whenComplete(
                  (entry, failure) -> {
                    room.release();
                    out.println(failure == null ? "acked " + mine : "unknown " + mine);
                  });
    }
  }
}
