package io.lockstep.directory;

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
import io.lockstep.chainlog.vertx.GrpcClientPort;
import io.lockstep.directory.account.Accounts;
import io.lockstep.directory.account.Clients;
import io.lockstep.directory.credential.CertificateAuthority;
import io.lockstep.directory.grpc.AuthenticationService;
import io.lockstep.directory.grpc.BearerToken;
import io.lockstep.directory.kafka.KafkaDirectoryLog;
import io.lockstep.directory.key.KeyDirectory;
import io.lockstep.directory.law.DirectoryFold;
import io.lockstep.directory.token.TokenIssuer;
import io.lockstep.directory.vertx.WebEndpoint;
import io.lockstep.log.v1.DirectoryCommand;
import io.lockstep.log.v1.DirectoryEntry;
import io.lockstep.log.v1.DirectoryState;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One process' share of the Authentication Service. Any number may run; each answers all calls. */
public final class DirectoryNode implements AutoCloseable {
  public static final LogName LOG = new LogName("lockstep.directory");

  private static final int INTERNAL_REQUEST_BYTES_MAX = 64 * 1024;
  private static final Logger log = LoggerFactory.getLogger(DirectoryNode.class);

  /** What has been started, newest first. */
  private final Deque<AutoCloseable> started = new ArrayDeque<>();

  private final CertificateAuthority authority;
  private final TokenIssuer tokens;
  private final Accounts accounts;
  private final GrpcEndpoint endpoint;
  private final Optional<WebEndpoint> web;

  private DirectoryNode(DirectoryConfig config, FoldMeter meter) throws IOException {
    SecureRandom random = new SecureRandom();
    InstantSource clock = InstantSource.system();
    KeyDirectory keys = KeyDirectory.open(config.keysDir(), random);
    authority =
        CertificateAuthority.open(keys, config.certificateLifetime(), random, clock.instant());
    tokens = TokenIssuer.open(keys, config.tokenLifetime());
    try {
      KafkaDirectoryLog directory = openLog(config, meter);
      accounts = new Accounts(directory, config.registration(), random);
      Clients clients = new Clients(directory, authority, tokens, random, clock);
      AuthenticationService service = started(new AuthenticationService(accounts, clients));
      BindableService withToken = () -> ServerInterceptors.intercept(service, new BearerToken());
      endpoint =
          started(
              GrpcEndpoint.start(
                  config.address(),
                  config.tls(),
                  AuthenticationService.REQUEST_BYTES_MAX,
                  List.of(withToken),
                  new GrpcClientPort(config.connections(), config.meter())));
      web =
          config
              .web()
              .map(
                  browsers ->
                      started(
                          WebEndpoint.start(
                              browsers, AuthenticationService.REQUEST_BYTES_MAX, withToken)));
    } catch (IOException | RuntimeException e) {
      close();
      throw e;
    }
  }

  /**
   * Starts the service; makes topics and keys at first start. Calls that come before the owners of
   * the log are there wait for them.
   */
  public static DirectoryNode start(DirectoryConfig config) throws IOException {
    return start(config, FoldMeter.NONE);
  }

  /** The same, and tells a meter what the owner of the log does. */
  public static DirectoryNode start(DirectoryConfig config, FoldMeter meter) throws IOException {
    return new DirectoryNode(config, meter);
  }

  public int port() {
    return endpoint.port();
  }

  /** host:port where clients call. */
  public String target() {
    return endpoint.target();
  }

  /** Where browsers call, if they may. */
  public OptionalInt webPort() {
    return web.map(browsers -> OptionalInt.of(browsers.port())).orElse(OptionalInt.empty());
  }

  /** Makes an invitation for one account and returns its code. */
  public String createInvitation() {
    return accounts.createInvitation();
  }

  /** PEM file with the certificate that all client certificates chain to. */
  public Path trustAnchor() {
    return authority.trustAnchor();
  }

  /** PEM file with the public key that verifies client tokens. */
  public Path tokenKey() {
    return tokens.publicKey();
  }

  @Override
  public void close() {
    while (!started.isEmpty()) {
      try {
        started.pop().close();
      } catch (Exception e) {
        log.warn("a part of the directory did not close", e);
      }
    }
  }

  private KafkaDirectoryLog openLog(DirectoryConfig config, FoldMeter meter) throws IOException {
    DirectoryFold fold = new DirectoryFold();
    LogTopics.ensure(config.kafka(), LOG, config.topics());
    LateView view = new LateView(LOG, config.topics().partitions());
    GrpcEndpoint internal =
        started(
            GrpcEndpoint.start(
                config.internal(),
                config.internalTls(),
                INTERNAL_REQUEST_BYTES_MAX,
                List.of(new OwnerService(List.of(view)))));
    FoldService<DirectoryState, DirectoryCommand, DirectoryEntry> owner =
        started(
            FoldService.start(
                fold,
                FoldServiceConfig.of(config.kafka(), LOG, config.dataDir(), internal.target())
                    .withMeter(meter)));
    view.set(owner.streams());
    LogFormat<DirectoryCommand, DirectoryEntry> format = LogFormat.of(fold);
    ChainedReader<DirectoryEntry> reader =
        started(ChainedReader.start(config.kafka(), LOG, format));
    LogClient<DirectoryCommand, DirectoryEntry> client =
        started(LogClient.start(config.kafka(), format, reader));
    GrpcChannels channels = started(new GrpcChannels(config.internalTls()));
    OwnerClient<DirectoryState, DirectoryEntry> owners =
        started(
            OwnerClient.start(config.kafka(), LOG, fold.states(), fold.entries(), channels::to));
    return new KafkaDirectoryLog(client, new CurrentStreams<>(reader, owner.view(), owners));
  }

  private <T extends AutoCloseable> T started(T part) {
    started.push(part);
    return part;
  }
}
