package io.lockstep.gateway;

import com.google.protobuf.ByteString;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall;
import io.grpc.ForwardingClientCallListener;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import io.lockstep.api.EpochPass;
import io.lockstep.api.ErrorContract;
import io.lockstep.api.v1.CreateGroup;
import io.lockstep.api.v1.DeliveryGrpc;
import io.lockstep.api.v1.SubmitRequest;
import io.lockstep.chainlog.LateView;
import io.lockstep.chainlog.grpc.GrpcEndpoint;
import io.lockstep.chainlog.grpc.OwnerService;
import io.lockstep.chainlog.grpc.TlsFiles;
import io.lockstep.chainlog.grpc.WebOrigins;
import io.lockstep.chainlog.kafka.EmbeddedBroker;
import io.lockstep.chainlog.kafka.FoldService;
import io.lockstep.chainlog.kafka.FoldServiceConfig;
import io.lockstep.chainlog.kafka.KafkaConnection;
import io.lockstep.chainlog.kafka.LogTopicSpec;
import io.lockstep.chainlog.kafka.LogTopics;
import io.lockstep.gateway.log.StreamFormat;
import io.lockstep.log.v1.StreamCommand;
import io.lockstep.log.v1.StreamEntry;
import io.lockstep.sequencer.law.FoldedStream;
import io.lockstep.sequencer.law.StreamFold;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Kafka, an owner of the streams and a gateway, in this process; and clients of it. */
final class GatewayWorld implements AutoCloseable {
  static final String CLIENT = "00112233445566778899aabbccddeeff";

  /** Origin of the pages that may call. */
  static final String PAGE = "https://chat.example";

  static final String INBOX = "ffeeddccbbaa99887766554433221100";

  /** Statuses that clients were given and that are not of the closed table. */
  final Queue<String> strangeStatuses = new ConcurrentLinkedQueue<>();

  /** Of all gateways of this world. */
  final CountingMeter meter = new CountingMeter();

  final TestTokens tokens;
  final KafkaConnection kafka;
  final FoldService<FoldedStream, StreamCommand, StreamEntry> owner;
  GatewayNode gateway;
  private final GatewayConfig config;
  private final Optional<EmbeddedBroker> broker;
  private final Deque<AutoCloseable> open = new ArrayDeque<>();
  private final Path dir;
  private int ids;
  private int folds;

  GatewayWorld(Path dir, GatewayLimits limits) throws Exception {
    this(dir, limits, Optional.empty());
  }

  GatewayWorld(Path dir, GatewayLimits limits, Optional<String> keyStore) throws Exception {
    EmbeddedBroker own = EmbeddedBroker.start(dir.resolve("kafka"));
    this(dir, limits, keyStore, Optional.of(own), own.connection());
  }

  /** With a Kafka that somebody else has started and ends. */
  GatewayWorld(Path dir, GatewayLimits limits, KafkaConnection kafka) throws Exception {
    this(dir, limits, Optional.empty(), Optional.empty(), kafka);
  }

  private GatewayWorld(
      Path dir,
      GatewayLimits limits,
      Optional<String> keyStore,
      Optional<EmbeddedBroker> own,
      KafkaConnection kafka)
      throws Exception {
    this.kafka = kafka;
    broker = own;
    broker.ifPresent(this::keep);
    tokens = new TestTokens();
    LogTopics.ensure(kafka, StreamFormat.LOG, LogTopicSpec.embedded());
    this.dir = dir;
    owner = anotherOwner();
    config =
        new GatewayConfig(
            kafka,
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            Optional.empty(),
            WebOrigins.of(List.of(PAGE)),
            tokens.key(),
            keyStore,
            Optional.empty(),
            limits,
            meter);
    gateway = keep(GatewayNode.start(config));
  }

  /** In place of the one before, or beside it if that is not closed. */
  FoldService<FoldedStream, StreamCommand, StreamEntry> anotherOwner() throws Exception {
    LateView view = new LateView(StreamFormat.LOG, LogTopicSpec.embedded().partitions());
    GrpcEndpoint endpoint =
        keep(
            GrpcEndpoint.start(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                Optional.empty(),
                1 << 20,
                List.of(new OwnerService(List.of(view)))));
    FoldService<FoldedStream, StreamCommand, StreamEntry> service =
        keep(
            FoldService.start(
                new StreamFold(),
                FoldServiceConfig.of(
                    kafka, StreamFormat.LOG, dir.resolve("fold-" + folds++), endpoint.target())));
    view.set(service.streams());
    if (!service.awaitOwned(LogTopicSpec.embedded().partitions(), Duration.ofSeconds(30))) {
      throw new IllegalStateException("the owner has not got its partitions");
    }
    return service;
  }

  /** Kafka goes away. */
  void endBroker() {
    broker.orElseThrow().close();
  }

  /** A further gateway of the same cluster. */
  GatewayNode anotherGateway() {
    return keep(GatewayNode.start(config));
  }

  GatewayNode anotherGateway(GatewayLimits limits) {
    return keep(GatewayNode.start(config.withLimits(limits)));
  }

  GatewayNode gatewayWithTls(TlsFiles files) {
    return keep(GatewayNode.start(config.withTls(files)));
  }

  DeliveryGrpc.DeliveryBlockingStub client() throws Exception {
    return client(gateway, Optional.of(token()));
  }

  DeliveryGrpc.DeliveryBlockingStub client(GatewayNode to, Optional<String> token) {
    return DeliveryGrpc.newBlockingStub(channel(to)).withInterceptors(headers(token));
  }

  DeliveryGrpc.DeliveryStub streaming(GatewayNode to, Optional<String> token) {
    return DeliveryGrpc.newStub(channel(to)).withInterceptors(headers(token));
  }

  String token() throws Exception {
    return tokens.token(CLIENT, INBOX, Instant.now().plusSeconds(600));
  }

  ClientInterceptor headers(Optional<String> token) {
    Metadata metadata = new Metadata();
    token.ifPresent(
        value ->
            metadata.put(
                Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER),
                "Bearer " + value));
    return MetadataUtils.newAttachHeadersInterceptor(metadata);
  }

  ManagedChannel channel(GatewayNode to) {
    ManagedChannel channel =
        NettyChannelBuilder.forAddress("127.0.0.1", to.port())
            .usePlaintext()
            .maxInboundMessageSize(8 << 20)
            .intercept(new TableCheck())
            .build();
    open.push(channel::shutdownNow);
    return channel;
  }

  synchronized ByteString newId() {
    ids++;
    return ByteString.copyFrom(HexFormat.of().parseHex("%032x".formatted(0x5eed0000L + ids)));
  }

  static ByteString pass(ByteString group, long epoch) {
    return ByteString.copyFrom(
        EpochPass.hash(group.concat(ByteString.copyFromUtf8("pass " + epoch)).toByteArray()));
  }

  static ByteString passHash(ByteString group, long epoch) {
    return ByteString.copyFrom(EpochPass.hash(pass(group, epoch).toByteArray()));
  }

  SubmitRequest create(ByteString group) {
    return SubmitRequest.newBuilder()
        .setSubmissionId(newId())
        .setGroupId(group)
        .setCreate(CreateGroup.newBuilder().setPassHash(passHash(group, 0)))
        .build();
  }

  SubmitRequest message(ByteString group, long epoch, String text) {
    return message(group, epoch, text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
  }

  SubmitRequest message(ByteString group, long epoch, byte[] content) {
    return SubmitRequest.newBuilder()
        .setSubmissionId(newId())
        .setGroupId(group)
        .setPass(pass(group, epoch))
        .setMessage(MlsBytes.application(group, epoch, content))
        .build();
  }

  SubmitRequest commit(ByteString group, long epoch) {
    return SubmitRequest.newBuilder()
        .setSubmissionId(newId())
        .setGroupId(group)
        .setPass(pass(group, epoch))
        .setCommit(
            io.lockstep.api.v1.CommitBundle.newBuilder()
                .setCommit(MlsBytes.commit(group, epoch))
                .setNextPassHash(passHash(group, epoch + 1)))
        .build();
  }

  <T extends AutoCloseable> T keep(T part) {
    open.push(part);
    return part;
  }

  @Override
  public void close() {
    while (!open.isEmpty()) {
      try {
        open.pop().close();
      } catch (Exception e) {
        throw new IllegalStateException("a part of the world did not close", e);
      }
    }
  }

  /**
   * Every status but OK must carry a reason. Statuses that the client's own side makes are not the
   * gateway's.
   */
  private final class TableCheck implements ClientInterceptor {
    @Override
    public <Q, R> ClientCall<Q, R> interceptCall(
        MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
      return new ForwardingClientCall.SimpleForwardingClientCall<>(next.newCall(method, options)) {
        private volatile boolean cancelled;

        @Override
        public void cancel(String message, Throwable cause) {
          cancelled = true;
          super.cancel(message, cause);
        }

        @Override
        public void start(Listener<R> listener, Metadata headers) {
          super.start(
              new ForwardingClientCallListener.SimpleForwardingClientCallListener<>(listener) {
                @Override
                public void onClose(Status status, Metadata trailers) {
                  if (!status.isOk()
                      && !cancelled
                      && ErrorContract.reason(status.asRuntimeException(trailers)).isEmpty()) {
                    strangeStatuses.add(method.getFullMethodName() + " " + status);
                  }
                  super.onClose(status, trailers);
                }
              },
              headers);
        }
      };
    }
  }
}
