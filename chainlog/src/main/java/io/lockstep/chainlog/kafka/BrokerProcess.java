package io.lockstep.chainlog.kafka;

import io.lockstep.chainlog.process.ChildJvm;
import io.lockstep.chainlog.process.JvmCommand;
import io.lockstep.chainlog.process.ParentWatch;
import java.io.IOException;
import java.nio.file.Path;

/**
 * An {@link EmbeddedBroker} in a process of its own, which tests stop, wake and kill. Ends with the
 * process that started it, unless that is killed while this one is stopped.
 */
public final class BrokerProcess implements AutoCloseable {
  private static final String SERVES = "serves at ";

  private final ChildJvm process;
  private final String bootstrap;

  private BrokerProcess(ChildJvm process, String bootstrap) {
    this.process = process;
    this.bootstrap = bootstrap;
  }

  /**
   * Returns when it serves.
   *
   * @param dir as of {@link EmbeddedBroker#start}
   * @throws IOException when it ends before that; says why
   */
  public static BrokerProcess start(Path dir) throws IOException {
    ChildJvm process =
        ChildJvm.startQuietly(JvmCommand.quick(BrokerProcess.class, "256m").with(dir.toString()));
    String bootstrap = process.hearAtLast(SERVES);
    process.hearNoMore();
    return new BrokerProcess(process, bootstrap);
  }

  public KafkaConnection connection() {
    return KafkaConnection.to(bootstrap);
  }

  /** As {@code kill -signal} does: STOP and CONT. */
  public void signal(String signal) throws IOException, InterruptedException {
    process.signal(signal);
  }

  @Override
  public void close() {
    process.kill();
  }

  /** Argument: directory. */
  public static void main(String[] args) {
    EmbeddedBroker broker = EmbeddedBroker.start(Path.of(args[0]));
    System.out.println(SERVES + broker.bootstrap());
    ParentWatch.untilTheEnd();
  }
}
