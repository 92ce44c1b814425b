package io.lockstep.deploy.bench;

/**
 * How soon a message is with the last of many streams, and how many deliveries a second there are,
 * beside a writer that does nothing else and beside other servers. Servers and load clients are
 * processes of their own, each with one event loop unless a part says otherwise.
 */
final class FanoutBenchmark implements Benchmark {
  /** Bytes of a message. */
  static final int SMALL = 256;

  static final int LARGE = 1_024;

  /** On each of the shared connections. */
  private static final int STREAMS_EACH = 100;

  /** A process may open 20,000 files. */
  static final int SEPARATE_MAX = 15_000;

  /** Messages that one latency is the median of. */
  static final int LATENCIES = 30;

  @Override
  public String summary() {
    return "one message to many streams, against a raw HTTP/2 writer and other servers";
  }

  @Override
  public void run(BenchOptions options, Progress progress, Rows rows) throws Exception {
    FanoutToken token = FanoutToken.make();
    int members = options.members().getLast();
    Shared shared = Shared.of(members);
    int separate = Math.min(SEPARATE_MAX, members);
    for (FanoutPart part : options.fanoutParts()) {
      rows.part(
          part.label(),
          () ->
              switch (part) {
                case SHARED -> SharedPart.run(token, shared, options, progress);
                case SEPARATE -> SeparatePart.run(token, separate, options, progress);
                case STALLED -> StalledPart.run(token, shared, options, progress);
                case TLS -> TlsPart.run(token, separate, options, progress);
                case TOTAL -> TotalPart.run(token, members, options, progress);
                case STORM -> StormPart.run(token, shared, options, progress);
                case RENEWAL -> RenewalPart.run(token, shared, options, progress);
                case END_TO_END -> EndToEndPart.run(token, shared, options, progress);
              });
    }
  }

  /** Connections, and streams on each of them. */
  record Shared(int connections, int each) {
    static Shared of(int members) {
      return new Shared(Math.max(1, members / STREAMS_EACH), Math.min(STREAMS_EACH, members));
    }

    int streams() {
      return connections * each;
    }

    @Override
    public String toString() {
      return connections + " connections with " + each + " streams";
    }
  }
}
