package io.lockstep.deploy.bench;

import com.google.common.util.concurrent.ListenableFuture;
import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import io.lockstep.api.EpochPass;
import io.lockstep.api.ErrorContract;
import io.lockstep.api.v1.CreateGroup;
import io.lockstep.api.v1.DeliveryGrpc;
import io.lockstep.api.v1.GetGroupInfoRequest;
import io.lockstep.api.v1.Reason;
import io.lockstep.api.v1.SubmitRequest;
import io.lockstep.api.v1.SubmitResponse;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A gateway node to which a client submits its messages. */
final class SubmittedSource implements FanoutSource {
  private static final long ANSWER_SECONDS_MAX = 30;

  private static final int MEASURED = 0;

  /** Nobody attaches to it. */
  private static final int UNREAD = 1;

  /** Submissions that wait for their answers while a node warms up. */
  private static final int TOGETHER = 16;

  private final ServerSource gateway;
  private final ManagedChannel channel;
  private final DeliveryGrpc.DeliveryFutureStub stub;

  private SubmittedSource(ServerSource gateway, String token) {
    this.gateway = gateway;
    this.channel =
        NettyChannelBuilder.forAddress("127.0.0.1", gateway.port()).usePlaintext().build();
    Metadata headers = new Metadata();
    headers.put(
        Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), "Bearer " + token);
    this.stub =
        DeliveryGrpc.newFutureStub(channel)
            .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers));
  }

  /** With the group that load clients attach to, and one that has no readers. */
  static SubmittedSource start(FanoutToken token, String kafka) throws IOException {
    SubmittedSource source = new SubmittedSource(ServerSource.system(token, kafka), token.text());
    try {
      for (int group : new int[] {MEASURED, UNREAD}) {
        var _ =
            source.answer(
                source.submit(
                    request(group)
                        .setCreate(
                            CreateGroup.newBuilder()
                                .setPassHash(
                                    ByteString.copyFrom(
                                        EpochPass.hash(FedLog.PASS.toByteArray()))))));
      }
      source.awaitOwner();
      return source;
    } catch (IOException e) {
      source.close();
      throw e;
    }
  }

  /**
   * So many messages go to the group without readers. A node that has just started runs what it
   * seldom did in the interpreter, and takes four times as long for a message.
   */
  void warmUp(int messages, int bytes) throws IOException {
    ByteString message = message(UNREAD, bytes);
    Deque<ListenableFuture<SubmitResponse>> waiting = new ArrayDeque<>();
    for (int i = 0; i < messages; i++) {
      if (waiting.size() == TOGETHER) {
        var _ = answer(waiting.remove());
      }
      waiting.add(submit(request(UNREAD).setPass(FedLog.PASS).setMessage(message)));
    }
    for (ListenableFuture<SubmitResponse> last : waiting) {
      var _ = answer(last);
    }
  }

  /** Until the gateway reaches the group's owner: attachments ask it. */
  private void awaitOwner() throws IOException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(ANSWER_SECONDS_MAX);
    while (System.nanoTime() < deadline) {
      try {
        var _ =
            stub.withDeadlineAfter(Duration.ofSeconds(ANSWER_SECONDS_MAX))
                .getGroupInfo(
                    GetGroupInfoRequest.newBuilder().setGroupId(FedLog.id(MEASURED)).build())
                .get();
        throw new IOException("the group was to be closed for external commits");
      } catch (ExecutionException e) {
        if (ErrorContract.reason(e.getCause()).equals(Optional.of(Reason.EXTERNAL_JOIN_CLOSED))) {
          return;
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted", e);
      }
    }
    throw new IOException("the gateway does not reach the owner");
  }

  private static ByteString message(int group, int bytes) {
    return ByteString.copyFrom(GroupTraffic.privateMessage(FedLog.id(group).toByteArray(), bytes));
  }

  private static SubmitRequest.Builder request(int group) {
    UUID id = UUID.randomUUID();
    return SubmitRequest.newBuilder()
        .setSubmissionId(
            ByteString.copyFrom(
                ByteBuffer.allocate(2 * Long.BYTES)
                    .putLong(id.getMostSignificantBits())
                    .putLong(id.getLeastSignificantBits())
                    .flip()))
        .setGroupId(FedLog.id(group));
  }

  private ListenableFuture<SubmitResponse> submit(SubmitRequest.Builder request) {
    return stub.withDeadlineAfter(Duration.ofSeconds(ANSWER_SECONDS_MAX)).submit(request.build());
  }

  private SubmitResponse answer(ListenableFuture<SubmitResponse> future) throws IOException {
    try {
      SubmitResponse response = future.get(ANSWER_SECONDS_MAX, TimeUnit.SECONDS);
      if (!response.hasSequenced()) {
        throw new IOException("not sequenced: " + response.getOutcomeCase());
      }
      return response;
    } catch (ExecutionException | TimeoutException e) {
      throw new IOException("a submission failed", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  @Override
  public int port() {
    return gateway.port();
  }

  /** Returns when the last is sequenced; its receipts may be there before. */
  @Override
  public long push(int count, int bytes) throws IOException {
    ByteString message = message(MEASURED, bytes);
    long began = System.nanoTime();
    for (int i = 0; i < count; i++) {
      var _ = answer(submit(request(MEASURED).setPass(FedLog.PASS).setMessage(message)));
    }
    return began;
  }

  @Override
  public Duration processorTime() {
    return gateway.processorTime();
  }

  @Override
  public void close() {
    var _ = channel.shutdownNow();
    gateway.close();
  }
}
