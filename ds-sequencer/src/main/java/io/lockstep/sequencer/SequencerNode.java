package io.lockstep.sequencer;

import io.lockstep.chainlog.LateView;
import io.lockstep.chainlog.LocalView;
import io.lockstep.chainlog.LogName;
import io.lockstep.chainlog.grpc.GrpcEndpoint;
import io.lockstep.chainlog.grpc.OwnerService;
import io.lockstep.chainlog.kafka.FoldCounts;
import io.lockstep.chainlog.kafka.FoldMeter;
import io.lockstep.chainlog.kafka.FoldService;
import io.lockstep.chainlog.kafka.FoldServiceConfig;
import io.lockstep.chainlog.kafka.LogTopics;
import io.lockstep.log.v1.StreamCommand;
import io.lockstep.log.v1.StreamEntry;
import io.lockstep.sequencer.dispatch.kafka.DispatcherCounts;
import io.lockstep.sequencer.dispatch.kafka.WelcomeDispatcher;
import io.lockstep.sequencer.law.FoldedStream;
import io.lockstep.sequencer.law.StreamFold;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;

/**
 * One sequencer: an owner of the log of streams, the internal gRPC service that answers for its
 * partitions, and a welcome dispatcher. Any number of them share the work; any of them may be
 * killed.
 */
public final class SequencerNode implements AutoCloseable {
  /** The log of group and inbox streams. */
  public static final LogName LOG = new LogName("lockstep");

  private static final int REQUEST_BYTES_MAX = 64 << 10;

  private final GrpcEndpoint endpoint;
  private final FoldService<FoldedStream, StreamCommand, StreamEntry> owner;
  private final WelcomeDispatcher dispatcher;

  private SequencerNode(
      GrpcEndpoint endpoint,
      FoldService<FoldedStream, StreamCommand, StreamEntry> owner,
      WelcomeDispatcher dispatcher) {
    this.endpoint = endpoint;
    this.owner = owner;
    this.dispatcher = dispatcher;
  }

  /**
   * Makes or checks the topics, opens the port, joins the owners and the dispatchers. Partitions
   * are restored behind it: {@link #awaitOwned}.
   */
  public static SequencerNode start(SequencerConfig config) {
    return start(config, FoldMeter.NONE);
  }

  /** The same, and tells a meter what it does. */
  public static SequencerNode start(SequencerConfig config, FoldMeter meter) {
    LogTopics.ensure(config.kafka(), LOG, config.topics());
    LateView view = new LateView(LOG, config.topics().partitions());
    GrpcEndpoint endpoint = listen(config, view);
    try {
      String host = config.advertisedHost().orElse(config.internal().getHostString());
      FoldServiceConfig fold =
          FoldServiceConfig.of(config.kafka(), LOG, config.dataDir(), host + ":" + endpoint.port())
              .withSessionTimeout(config.sessionTimeout())
              .withTakeoverAfter(config.takeoverAfter())
              .withMeter(meter);
      FoldService<FoldedStream, StreamCommand, StreamEntry> owner =
          FoldService.start(new StreamFold(), fold);
      view.set(owner.streams());
      return new SequencerNode(endpoint, owner, WelcomeDispatcher.start(config.kafka(), LOG));
    } catch (RuntimeException e) {
      endpoint.close();
      throw e;
    }
  }

  private static GrpcEndpoint listen(SequencerConfig config, LateView view) {
    try {
      Files.createDirectories(config.dataDir());
      return GrpcEndpoint.start(
          config.internal(),
          config.tls(),
          REQUEST_BYTES_MAX,
          List.of(new OwnerService(List.of(view))));
    } catch (IOException e) {
      throw new UncheckedIOException("the sequencer cannot start", e);
    }
  }

  /** host:port of the internal gRPC service. */
  public String target() {
    return endpoint.target();
  }

  /**
   * Waits until this node answers for at least so many partitions. False when it does not in time.
   */
  public boolean awaitOwned(int partitions, Duration timeout) throws InterruptedException {
    return owner.awaitOwned(partitions, timeout);
  }

  /** Confirmed states and histories of the partitions that this node owns. */
  public LocalView<FoldedStream, StreamEntry> view() {
    return owner.view();
  }

  public FoldCounts counts() {
    return owner.counts();
  }

  public DispatcherCounts dispatched() {
    return dispatcher.counts();
  }

  /** Dispatcher first, then the owner, which publishes its states; the port last. */
  @Override
  public void close() {
    try (endpoint;
        owner;
        dispatcher) {
      // Closed in reverse order, whatever one of them throws.
    }
  }
}
