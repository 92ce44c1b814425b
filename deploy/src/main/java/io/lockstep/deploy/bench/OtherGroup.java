package io.lockstep.deploy.bench;

import java.io.IOException;

/** A small group beside the one that is measured, which gets a message every 10 ms. */
final class OtherGroup implements AutoCloseable {
  /** Among the groups of a {@link FedLog}. */
  static final int NUMBER = 1;

  private static final int CONNECTIONS = 10;
  private static final int STREAMS_EACH = 10;
  static final int STREAMS = CONNECTIONS * STREAMS_EACH;
  private static final int BETWEEN_MILLIS = 10;

  private final ServerSource source;
  private final LoadClient readers;

  /** Starts the load client. */
  OtherGroup(ServerSource source, FanoutToken token) throws IOException {
    this.source = source;
    this.readers = LoadClient.timed(source.port(), STREAMS_EACH, token.text(), NUMBER);
  }

  void open() throws IOException {
    readers.open(CONNECTIONS);
  }

  void begin() throws IOException {
    source.beat(BETWEEN_MILLIS, FanoutBenchmark.SMALL);
  }

  void end() throws IOException {
    source.quiet();
  }

  void forgetTimes() throws IOException {
    readers.forgetTimes();
  }

  /** What one in a hundred of the messages since the last question exceeded. */
  double percentileMillis() throws IOException {
    return readers.percentileMillis();
  }

  @Override
  public void close() {
    readers.close();
  }
}
