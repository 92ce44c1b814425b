package io.lockstep.deploy.cluster;

import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.lockstep.api.v1.Ack;
import io.lockstep.api.v1.Attach;
import io.lockstep.api.v1.ConnectRequest;
import io.lockstep.api.v1.ConnectResponse;
import io.lockstep.api.v1.DeliveryFrame;
import io.lockstep.api.v1.DeliveryGrpc;
import io.lockstep.api.v1.Kind;
import io.lockstep.api.v1.Reason;
import io.lockstep.api.v1.StreamRef;

/** One Connect call of a client, with all groups; it resumes after what the client has. */
final class Connection implements ClientResponseObserver<ConnectRequest, ConnectResponse> {
  private static final int ACK_EVERY = 8;

  private final PlannedClient client;
  private final Plan plan;
  private final Ledger ledger;
  private ClientCallStreamObserver<ConnectRequest> out;
  private volatile boolean left;

  Connection(PlannedClient client, Plan plan, Ledger ledger) {
    this.client = client;
    this.plan = plan;
    this.ledger = ledger;
  }

  @Override
  public void beforeStart(ClientCallStreamObserver<ConnectRequest> requests) {
    out = requests;
  }

  synchronized void open(DeliveryGrpc.DeliveryStub stub) {
    stub.connect(this);
    for (int group = 0; group < plan.groups(); group++) {
      attach(group);
    }
  }

  /** The client does not want this call any more. */
  void leave() {
    left = true;
    out.cancel("moved", null);
  }

  private void attach(int group) {
    Ledger.Known known = ledger.known(client.number(), group);
    // Somebody who has nothing yet knows the pass of the first epoch.
    long opened = Math.max(1, known.epochSequence());
    send(
        ConnectRequest.newBuilder()
            .setAttach(
                Attach.newBuilder()
                    .setStream(stream(group))
                    .setAfterSequence(known.sequence())
                    .setPass(plan.pass(group, known.epoch()))
                    .setPassSequence(opened))
            .build());
  }

  @Override
  public void onNext(ConnectResponse frame) {
    switch (frame.getFrameCase()) {
      case DELIVERY -> delivered(frame.getDelivery());
      case PASS_REQUIRED -> {
        int group = group(frame.getPassRequired().getStream());
        acknowledge(group, 0, ledger.known(client.number(), group), true);
      }
      case GAP ->
          ledger.contradiction("client " + client.number() + " was told of a gap: " + frame);
      case DETACHED -> {
        if (frame.getDetached().getReason() != Reason.REASON_UNSPECIFIED && !left) {
          // For a while nobody may know the stream's history, as when its owner has gone.
          Thread.ofVirtual().start(() -> client.reconnect(this));
        }
      }
      case ATTACHED, CAUGHT_UP, OPENED, FRAME_NOT_SET -> {}
    }
  }

  private void delivered(DeliveryFrame frame) {
    int group = group(frame.getStream());
    Ledger.Known after = ledger.delivered(client.number(), group, frame);
    boolean opens = frame.getKind() == Kind.COMMIT;
    if (opens || frame.getSequence() % ACK_EVERY == 0) {
      acknowledge(group, Math.min(after.sequence(), frame.getSequence()), after, opens);
    }
  }

  private void acknowledge(int group, long sequence, Ledger.Known known, boolean withPass) {
    Ack.Builder ack = Ack.newBuilder().setStream(stream(group)).setSequence(sequence);
    if (withPass) {
      ack.setPass(plan.pass(group, known.epoch())).setPassSequence(known.epochSequence());
    }
    send(ConnectRequest.newBuilder().setAck(ack).build());
  }

  private synchronized void send(ConnectRequest request) {
    try {
      out.onNext(request);
    } catch (IllegalStateException e) {
      // The call has ended; onError brings the client to another one.
    }
  }

  @Override
  public void onError(Throwable failure) {
    if (left) {
      return;
    }
    switch (Status.fromThrowable(failure).getCode()) {
      case UNAVAILABLE, CANCELLED, UNKNOWN, DEADLINE_EXCEEDED -> {}
      default -> ledger.contradiction("client " + client.number() + " was cut off: " + failure);
    }
    Thread.ofVirtual().start(() -> client.reconnect(this));
  }

  @Override
  public void onCompleted() {
    if (!left) {
      Thread.ofVirtual().start(() -> client.reconnect(this));
    }
  }

  private StreamRef stream(int group) {
    return StreamRef.newBuilder().setGroupId(plan.groupId(group)).build();
  }

  private int group(StreamRef stream) {
    return plan.group(stream.getGroupId());
  }
}
