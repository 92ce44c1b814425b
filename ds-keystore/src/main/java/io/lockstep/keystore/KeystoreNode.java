package io.lockstep.keystore;

import io.grpc.BindableService;
import io.grpc.ServerInterceptors;
import io.lockstep.chainlog.LateView;
import io.lockstep.chainlog.LogFormat;
import io.lockstep.chainlog.LogName;
import io.lockstep.chainlog.grpc.CurrentStreams;
import io.lockstep.chainlog.grpc.GrpcChannels;
import io.lockstep.chainlog.grpc.GrpcEndpoint;
import io.lockstep.chainlog.grpc.OwnerClient;
import io.lockstep.chainlog.grpc.OwnerService;
import io.lockstep.chainlog.kafka.ChainedReader;
import io.lockstep.chainlog.kafka.FoldMeter;
import io.lockstep.chainlog.kafka.FoldService;
import io.lockstep.chainlog.kafka.FoldServiceConfig;
import io.lockstep.chainlog.kafka.LogClient;
import io.lockstep.chainlog.kafka.LogTopics;
import io.lockstep.keystore.credential.TrustAnchorFile;
import io.lockstep.keystore.grpc.CallerMetadata;
import io.lockstep.keystore.grpc.KeysService;
import io.lockstep.keystore.kafka.KafkaKeyLog;
import io.lockstep.keystore.law.KeyFold;
import io.lockstep.keystore.store.KeyLog;
import io.lockstep.keystore.store.KeyPackages;
import io.lockstep.log.v1.KeyCommand;
import io.lockstep.log.v1.KeyEntry;
import io.lockstep.log.v1.KeyState;
import java.io.IOException;
import java.security.cert.TrustAnchor;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One process' share of the key store. Any number may run; each answers all calls. */
public final class KeystoreNode implements AutoCloseable {
  public static final LogName LOG = new LogName("lockstep.keys");

  private static final int INTERNAL_REQUEST_BYTES_MAX = 64 * 1024;
  private static final Logger log = LoggerFactory.getLogger(KeystoreNode.class);

  /** What has been started, newest first. */
  private final Deque<AutoCloseable> started = new ArrayDeque<>();

  private final GrpcEndpoint endpoint;

  private KeystoreNode(KeystoreConfig config, FoldMeter meter) throws IOException {
    Set<TrustAnchor> anchors = TrustAnchorFile.read(config.trustAnchor());
    try {
      KeyPackages packages =
          new KeyPackages(openLog(config, meter), anchors, InstantSource.system());
      KeysService service = started(new KeysService(packages));
      BindableService ofCaller = () -> ServerInterceptors.intercept(service, new CallerMetadata());
      endpoint =
          started(
              GrpcEndpoint.start(
                  config.address(),
                  config.tls(),
                  KeysService.REQUEST_BYTES_MAX,
                  List.of(ofCaller)));
    } catch (IOException | RuntimeException e) {
      close();
      throw e;
    }
  }

  /**
   * Starts the service; makes the topics at first start. Calls that come before the owners of the
   * log are there wait for them.
   */
  public static KeystoreNode start(KeystoreConfig config) throws IOException {
    return start(config, FoldMeter.NONE);
  }

  /** The same, and tells a meter what the owner of the log does. */
  public static KeystoreNode start(KeystoreConfig config, FoldMeter meter) throws IOException {
    return new KeystoreNode(config, meter);
  }

  public int port() {
    return endpoint.port();
  }

  /** host:port where gateways call. */
  public String target() {
    return endpoint.target();
  }

  @Override
  public void close() {
    while (!started.isEmpty()) {
      try {
        started.pop().close();
      } catch (Exception e) {
        log.warn("a part of the key store did not close", e);
      }
    }
  }

  private KeyLog openLog(KeystoreConfig config, FoldMeter meter) throws IOException {
    KeyFold fold = new KeyFold();
    LogTopics.ensure(config.kafka(), LOG, config.topics());
    LateView view = new LateView(LOG, config.topics().partitions());
    GrpcEndpoint internal =
        started(
            GrpcEndpoint.start(
                config.internal(),
                config.tls(),
                INTERNAL_REQUEST_BYTES_MAX,
                List.of(new OwnerService(List.of(view)))));
    FoldService<KeyState, KeyCommand, KeyEntry> owner =
        started(
            FoldService.start(
                fold,
                FoldServiceConfig.of(config.kafka(), LOG, config.dataDir(), internal.target())
                    .withMeter(meter)));
    view.set(owner.streams());
    LogFormat<KeyCommand, KeyEntry> format = LogFormat.of(fold);
    ChainedReader<KeyEntry> reader = started(ChainedReader.start(config.kafka(), LOG, format));
    LogClient<KeyCommand, KeyEntry> client =
        started(LogClient.start(config.kafka(), format, reader));
    GrpcChannels channels = started(new GrpcChannels(config.tls()));
    OwnerClient<KeyState, KeyEntry> owners =
        started(
            OwnerClient.start(config.kafka(), LOG, fold.states(), fold.entries(), channels::to));
    return new KafkaKeyLog(client, new CurrentStreams<>(reader, owner.view(), owners));
  }

  private <T extends AutoCloseable> T started(T part) {
    started.push(part);
    return part;
  }
}
