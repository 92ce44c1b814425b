package io.lockstep.deploy.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * One server with its load client, in two processes.
 *
 * @param <S> what kind of server
 */
final class FanoutPair<S extends FanoutSource> implements AutoCloseable {
  /** Messages on their way while a rate is measured. */
  private static final int OUTSTANDING = 8;

  private final S source;
  private final LoadClient load;
  private final int streamsEach;
  private long streams;

  /** Starts the load client of a server that has been started. */
  @FunctionalInterface
  private interface Loading {
    LoadClient start(int port) throws IOException;
  }

  /**
   * What one measurement of a rate found.
   *
   * @param perSecond deliveries
   * @param processorMicros what the server had of the processors for each
   */
  record Rate(double perSecond, double processorMicros) {}

  private FanoutPair(S source, int streamsEach, Loading loading) throws IOException {
    this.source = source;
    this.streamsEach = streamsEach;
    try {
      this.load = loading.start(source.port());
    } catch (IOException e) {
      source.close();
      throw e;
    }
  }

  static FanoutPair<ServerSource> gateway(FanoutToken token, int streamsEach) throws IOException {
    return gateway(ServerSource.gateway(token, 1), token, streamsEach);
  }

  /** Of a gateway that has been started; closes it. */
  static <S extends FanoutSource> FanoutPair<S> gateway(
      S source, FanoutToken token, int streamsEach) throws IOException {
    return new FanoutPair<>(
        source, streamsEach, port -> LoadClient.ofGateway(port, streamsEach, token.text()));
  }

  /** Whose clients show the pass of each epoch. */
  static FanoutPair<ServerSource> renewing(ServerSource source, FanoutToken token, int streamsEach)
      throws IOException {
    return new FanoutPair<>(
        source, streamsEach, port -> LoadClient.renewing(port, streamsEach, token.text()));
  }

  static FanoutPair<ServerSource> raw(int streamsEach) throws IOException {
    return new FanoutPair<>(
        ServerSource.raw(), streamsEach, port -> LoadClient.ofGateway(port, streamsEach, "none"));
  }

  static FanoutPair<PeerSource> peer(Peer peer, int streamsEach)
      throws IOException, InterruptedException {
    return new FanoutPair<>(
        PeerSource.start(peer), streamsEach, port -> LoadClient.of(peer, port, streamsEach));
  }

  /** So many more connections; returns when all their streams are attached. */
  void open(int connections) throws IOException {
    load.open(connections);
    streams += (long) connections * streamsEach;
  }

  /** That are attached. */
  long streams() {
    return streams;
  }

  S source() {
    return source;
  }

  LoadClient load() {
    return load;
  }

  /** Milliseconds from one message to its last receipt; so many, one by one. */
  List<Double> lastReceipts(long readers, int bytes, int times) throws IOException {
    load.expect(readers);
    List<Double> samples = new ArrayList<>();
    for (int i = 0; i < times; i++) {
      long pushed = source.push(1, bytes);
      samples.add((load.got() - pushed) / 1e6);
    }
    return samples;
  }

  double lastReceipt(long readers, int bytes, int times) throws IOException {
    return Paired.median(lastReceipts(readers, bytes, times));
  }

  /** Deliveries with some messages always on their way. */
  Rate rate(long readers, int bytes, int seconds) throws IOException {
    load.expect(readers);
    Duration processorBefore = source.processorTime();
    var _ = source.push(OUTSTANDING, bytes);
    long first = load.got();
    long last = first;
    int messages = 0;
    while (last - first < seconds * 1_000_000_000L) {
      var _ = source.push(1, bytes);
      last = load.got();
      messages++;
    }
    for (int i = 1; i < OUTSTANDING; i++) {
      var _ = load.got();
    }
    long all = (messages + OUTSTANDING) * readers;
    Duration processor = source.processorTime().minus(processorBefore);
    return new Rate(messages * readers * 1e9 / (last - first), processor.toNanos() / 1e3 / all);
  }

  @Override
  public void close() {
    load.close();
    source.close();
  }
}
