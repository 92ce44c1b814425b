package io.lockstep.chainlog.simulation;

import com.google.protobuf.ByteString;
import io.lockstep.chainlog.ChainFollower;
import io.lockstep.chainlog.ChainPosition;
import io.lockstep.chainlog.Link;
import io.lockstep.chainlog.laws.Accepted;
import java.util.ArrayList;
import java.util.List;

/** Reads a simulated log by the reader's rule, as a gateway does, at its own pace. */
public final class SimulatedReader {
  private final List<byte[]> log;
  private final List<Accepted> accepted = new ArrayList<>();
  private ChainFollower follower;
  private long next;

  SimulatedReader(List<byte[]> log, ChainPosition from) {
    this.log = log;
    begin(from);
  }

  private void begin(ChainPosition from) {
    follower = new ChainFollower(from);
    next = follower.firstOffset();
    accepted.clear();
  }

  /** Forgets what it has seen. */
  void restart(ChainPosition from) {
    begin(from);
  }

  /** What has come since; also to be found in {@link #accepted()}. */
  List<Accepted> read(int records) {
    List<Accepted> fresh = new ArrayList<>();
    for (int i = 0; i < records && next < log.size(); i++, next++) {
      switch (follower.read(next, log.get((int) next))) {
        case ChainFollower.Accepted step ->
            fresh.add(new Accepted(step.link().source(), body(step.link())));
        case ChainFollower.Skipped skipped -> {}
        case ChainFollower.Stuck stuck -> throw new AssertionError(stuck.why());
      }
    }
    accepted.addAll(fresh);
    return fresh;
  }

  /** All since it began, in order. */
  public List<Accepted> accepted() {
    return accepted;
  }

  private static ByteString body(Link link) {
    return switch (link.body()) {
      case Link.EntryBody entry -> entry.bytes();
      case Link.VersionBody version -> ByteString.copyFromUtf8("version " + version.version());
    };
  }
}
