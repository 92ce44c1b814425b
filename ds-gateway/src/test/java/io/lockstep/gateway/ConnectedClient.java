package io.lockstep.gateway;

import com.google.protobuf.ByteString;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.lockstep.api.v1.Ack;
import io.lockstep.api.v1.Attach;
import io.lockstep.api.v1.ConnectRequest;
import io.lockstep.api.v1.ConnectResponse;
import io.lockstep.api.v1.DeliveryFrame;
import io.lockstep.api.v1.DeliveryGrpc;
import io.lockstep.api.v1.Detach;
import io.lockstep.api.v1.StreamRef;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A Connect call that keeps what it is told. */
final class ConnectedClient implements ClientResponseObserver<ConnectRequest, ConnectResponse> {
  private static final long WAIT_SECONDS_MAX = 20;

  private final LinkedBlockingQueue<Object> told = new LinkedBlockingQueue<>();
  private final boolean reads;
  private ClientCallStreamObserver<ConnectRequest> call;

  private record End(Optional<Throwable> error) {}

  private ConnectedClient(boolean reads) {
    this.reads = reads;
  }

  static ConnectedClient connect(DeliveryGrpc.DeliveryStub stub) {
    ConnectedClient client = new ConnectedClient(true);
    stub.connect(client);
    return client;
  }

  /** A client that takes no message off the wire until {@link #read} is called. */
  static ConnectedClient connectStuck(DeliveryGrpc.DeliveryStub stub) {
    ConnectedClient client = new ConnectedClient(false);
    stub.connect(client);
    return client;
  }

  @Override
  public void beforeStart(ClientCallStreamObserver<ConnectRequest> stream) {
    call = stream;
    if (!reads) {
      stream.disableAutoRequestWithInitial(0);
    }
  }

  void read(int messages) {
    call.request(messages);
  }

  void attachGroup(ByteString group, long after, ByteString pass, long passSequence) {
    call.onNext(
        ConnectRequest.newBuilder()
            .setAttach(
                Attach.newBuilder()
                    .setStream(StreamRef.newBuilder().setGroupId(group))
                    .setAfterSequence(after)
                    .setPass(pass)
                    .setPassSequence(passSequence))
            .build());
  }

  void attachInbox(ByteString inbox) {
    call.onNext(
        ConnectRequest.newBuilder()
            .setAttach(Attach.newBuilder().setStream(StreamRef.newBuilder().setInboxId(inbox)))
            .build());
  }

  void detach(ByteString group) {
    call.onNext(
        ConnectRequest.newBuilder()
            .setDetach(Detach.newBuilder().setStream(StreamRef.newBuilder().setGroupId(group)))
            .build());
  }

  void ack(ByteString group, long sequence, ByteString pass, long passSequence) {
    call.onNext(
        ConnectRequest.newBuilder()
            .setAck(
                Ack.newBuilder()
                    .setStream(StreamRef.newBuilder().setGroupId(group))
                    .setSequence(sequence)
                    .setPass(pass)
                    .setPassSequence(passSequence))
            .build());
  }

  void send(ConnectRequest frame) {
    call.onNext(frame);
  }

  void complete() {
    call.onCompleted();
  }

  void cancel() {
    call.cancel("the test is over with it", null);
  }

  ConnectResponse next() throws InterruptedException {
    Object one = told.poll(WAIT_SECONDS_MAX, TimeUnit.SECONDS);
    if (one instanceof ConnectResponse frame) {
      return frame;
    }
    throw new AssertionError("expected a frame but there is " + one);
  }

  /** The next frames, which must be deliveries. */
  List<DeliveryFrame> deliveries(int count) throws InterruptedException {
    List<DeliveryFrame> all = new ArrayList<>();
    while (all.size() < count) {
      ConnectResponse frame = next();
      if (!frame.hasDelivery()) {
        throw new AssertionError("expected a delivery but there is " + frame);
      }
      all.add(frame.getDelivery());
    }
    return all;
  }

  /** The error that ends the call; empty when it ends well. Frames before it are dropped. */
  Optional<Throwable> end() throws InterruptedException {
    while (true) {
      Object one = told.poll(WAIT_SECONDS_MAX, TimeUnit.SECONDS);
      if (one instanceof End end) {
        return end.error();
      }
      if (one == null) {
        throw new AssertionError("the call does not end");
      }
    }
  }

  boolean silentFor(long millis) throws InterruptedException {
    Object one = told.poll(millis, TimeUnit.MILLISECONDS);
    if (one != null) {
      throw new AssertionError("expected nothing but there is " + one);
    }
    return true;
  }

  @Override
  public void onNext(ConnectResponse frame) {
    told.add(frame);
  }

  @Override
  public void onError(Throwable error) {
    told.add(new End(Optional.of(error)));
  }

  @Override
  public void onCompleted() {
    told.add(new End(Optional.empty()));
  }
}
