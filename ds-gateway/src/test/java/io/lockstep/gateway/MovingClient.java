package io.lockstep.gateway;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import io.lockstep.api.ErrorContract;
import io.lockstep.api.v1.Ack;
import io.lockstep.api.v1.Attach;
import io.lockstep.api.v1.ConnectRequest;
import io.lockstep.api.v1.ConnectResponse;
import io.lockstep.api.v1.DeliveryFrame;
import io.lockstep.api.v1.DeliveryGrpc;
import io.lockstep.api.v1.Reason;
import io.lockstep.api.v1.StreamRef;
import io.lockstep.api.v1.SubmitRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * A member that submits one message after the other and receives all there are, at one gateway; and
 * goes to the next one, with the same submission id and after the last message that it has, when
 * that one does not serve it any more.
 */
final class MovingClient {
  private static final long DEADLINE_SECONDS = 10;
  private static final long PAUSE_MILLIS = 20;

  private final GatewayWorld world;
  private final ByteString group;
  private final String name;
  private final List<ManagedChannel> channels = new ArrayList<>();
  private final List<Thread> threads = new ArrayList<>();

  /** Why calls have ended at the service's side; without a reason of the table it is not there. */
  final Queue<Reason> ends = new ConcurrentLinkedQueue<>();

  /** What is not as it must be. */
  final Queue<String> wrong = new ConcurrentLinkedQueue<>();

  private final List<Long> answered = new ArrayList<>();
  private final List<ByteString> received = new ArrayList<>();
  private volatile boolean stopped;

  /**
   * @param ports of gateways; it begins with the first
   */
  MovingClient(GatewayWorld world, ByteString group, String name, List<Integer> ports)
      throws Exception {
    this.world = world;
    this.group = group;
    this.name = name;
    Metadata headers = new Metadata();
    headers.put(
        Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER),
        "Bearer " + world.token());
    for (int port : ports) {
      channels.add(
          NettyChannelBuilder.forAddress("127.0.0.1", port)
              .usePlaintext()
              .intercept(MetadataUtils.newAttachHeadersInterceptor(headers))
              .build());
    }
    threads.add(Thread.ofVirtual().start(this::submitAll));
    threads.add(Thread.ofVirtual().start(this::receiveAll));
  }

  synchronized int answers() {
    return answered.size();
  }

  /** Places of its own messages. */
  synchronized List<Long> places() {
    return List.copyOf(answered);
  }

  /** Payloads of all messages, from sequence number 1 on. */
  synchronized List<ByteString> received() {
    return List.copyOf(received);
  }

  /** Submits no more, once the message that is on its way is answered. */
  void stopSubmitting() throws InterruptedException {
    stopped = true;
    threads.getFirst().join();
  }

  void close() throws InterruptedException {
    stopped = true;
    channels.forEach(ManagedChannel::shutdownNow);
    for (Thread thread : threads) {
      thread.interrupt();
      thread.join();
    }
  }

  private void submitAll() {
    int at = 0;
    try {
      for (int i = 0; !stopped; i++) {
        SubmitRequest request = world.message(group, 0, name + " " + i);
        Optional<Long> place = submit(at, request);
        while (place.isEmpty()) {
          TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
          at = (at + 1) % channels.size();
          place = submit(at, request);
        }
        synchronized (this) {
          answered.add(place.get());
        }
      }
    } catch (InterruptedException end) {
      wrong.add("interrupted while submitting");
    }
  }

  private Optional<Long> submit(int at, SubmitRequest request) {
    try {
      var stub =
          DeliveryGrpc.newBlockingStub(channels.get(at))
              .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS);
      return Optional.of(stub.submit(request).getSequenced().getSequence());
    } catch (StatusRuntimeException elsewhere) {
      switch (elsewhere.getStatus().getCode()) {
        case UNAVAILABLE, DEADLINE_EXCEEDED -> {}
        default -> wrong.add("submit: " + elsewhere);
      }
      return Optional.empty();
    }
  }

  private void receiveAll() {
    int at = 0;
    try {
      while (true) {
        new Call(at).untilItsEnd();
        at = (at + 1) % channels.size();
        TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
      }
    } catch (InterruptedException end) {
      // Closed.
    }
  }

  private synchronized void take(DeliveryFrame frame) {
    if (frame.getSequence() != received.size() + 1L) {
      wrong.add("sequence " + frame.getSequence() + " after " + received.size());
    } else {
      received.add(frame.getPayload());
    }
  }

  private final class Call implements StreamObserver<ConnectResponse> {
    private final CountDownLatch over = new CountDownLatch(1);
    private final StreamRef stream = StreamRef.newBuilder().setGroupId(group).build();
    private final StreamObserver<ConnectRequest> requests;

    Call(int at) {
      requests = DeliveryGrpc.newStub(channels.get(at)).connect(this);
    }

    void untilItsEnd() throws InterruptedException {
      Attach attach =
          Attach.newBuilder()
              .setStream(stream)
              .setAfterSequence(received().size())
              .setPass(GatewayWorld.pass(group, 0))
              .setPassSequence(1)
              .build();
      send(ConnectRequest.newBuilder().setAttach(attach).build());
      over.await();
    }

    private void send(ConnectRequest frame) {
      try {
        requests.onNext(frame);
      } catch (IllegalStateException ended) {
        over.countDown();
      }
    }

    @Override
    public void onNext(ConnectResponse frame) {
      if (frame.hasDelivery()) {
        take(frame.getDelivery());
        Ack ack =
            Ack.newBuilder()
                .setStream(stream)
                .setSequence(frame.getDelivery().getSequence())
                .build();
        send(ConnectRequest.newBuilder().setAck(ack).build());
      } else if (frame.hasDetached() || frame.hasGap()) {
        wrong.add("told: " + frame);
      }
    }

    @Override
    public void onError(Throwable error) {
      ErrorContract.reason(
              io.grpc.Status.fromThrowable(error)
                  .asRuntimeException(io.grpc.Status.trailersFromThrowable(error)))
          .ifPresent(ends::add);
      over.countDown();
    }

    @Override
    public void onCompleted() {
      over.countDown();
    }
  }
}
