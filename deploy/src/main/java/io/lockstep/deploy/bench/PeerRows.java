package io.lockstep.deploy.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Other servers that are measured in the same rounds as the gateway. */
final class PeerRows implements AutoCloseable {
  static final String NOT_INSTALLED = "not installed";

  private final List<Peer> peers;
  private final Map<Peer, FanoutPair<PeerSource>> pairs = new EnumMap<>(Peer.class);
  private final List<Row> rows = new ArrayList<>();

  /** One figure of one peer, with the gateway's as its baseline. */
  private record Row(Peer peer, String id, String unit, Paired paired) {}

  private PeerRows(List<Peer> peers) {
    this.peers = peers;
  }

  /** Starts those that are installed. */
  static PeerRows start(List<Peer> peers, int connections, int streamsEach, Progress progress)
      throws IOException, InterruptedException {
    PeerRows started = new PeerRows(peers);
    try {
      for (Peer peer : peers) {
        if (peer.program().isEmpty()) {
          progress.step(peer.debianPackage() + " is not installed, and not measured");
        } else {
          progress.step(connections + " connections to " + peer.id());
          FanoutPair<PeerSource> pair = FanoutPair.peer(peer, streamsEach);
          started.pairs.put(peer, pair);
          pair.open(connections);
        }
      }
      return started;
    } catch (IOException | InterruptedException e) {
      started.close();
      throw e;
    }
  }

  /** Those that are there. */
  Map<Peer, FanoutPair<PeerSource>> pairs() {
    return pairs;
  }

  /**
   * Notes a round's figure.
   *
   * @param id of the gateway's own row; with a unit at its end, the peer's name goes before that
   */
  void round(Peer peer, String id, String unit, Target target, double value, double gateway) {
    row(peer, id, unit, target).round(value, gateway);
  }

  private Paired row(Peer peer, String id, String unit, Target target) {
    String its = id(peer, id);
    for (Row row : rows) {
      if (row.id().equals(its)) {
        return row.paired();
      }
    }
    Row made = new Row(peer, its, unit, new Paired(its, unit, Optional.of(target)));
    rows.add(made);
    return made.paired();
  }

  private static String id(Peer peer, String id) {
    return id.endsWith("_ms")
        ? id.substring(0, id.length() - "ms".length()) + peer.id() + "_ms"
        : id + "_" + peer.id();
  }

  /** A row for each peer, also for those that are not there. */
  List<Result> results(String id, String unit) {
    List<Result> results = new ArrayList<>();
    for (Peer peer : peers) {
      results.add(
          rows.stream()
              .filter(row -> row.id().equals(id(peer, id)))
              .findFirst()
              .map(row -> row.paired().result())
              .orElseGet(() -> Result.absent(id(peer, id), unit, NOT_INSTALLED)));
    }
    return results;
  }

  @Override
  public void close() {
    pairs.values().forEach(FanoutPair::close);
  }
}
