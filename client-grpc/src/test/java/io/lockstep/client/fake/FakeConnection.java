package io.lockstep.client.fake;

import com.google.protobuf.ByteString;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import io.lockstep.api.v1.Ack;
import io.lockstep.api.v1.Attach;
import io.lockstep.api.v1.Attached;
import io.lockstep.api.v1.CaughtUp;
import io.lockstep.api.v1.ConnectRequest;
import io.lockstep.api.v1.ConnectResponse;
import io.lockstep.api.v1.DeliveryFrame;
import io.lockstep.api.v1.Detached;
import io.lockstep.api.v1.PassRequired;
import io.lockstep.api.v1.Reason;
import io.lockstep.api.v1.StreamRef;
import io.lockstep.client.fake.FakeAuthentication.Client;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One Connect call. Stricter than the real service: also on the live path nothing of an epoch is
 * delivered before its pass was shown, and the credit is small.
 */
final class FakeConnection implements StreamObserver<ConnectRequest> {
  private static final int CREDIT_ENTRIES = 6;
  private static final int CREDIT_BYTES = 6_000;

  private static final class Subscription {
    final FakeStream stream;
    long sent;
    long acknowledged;
    long passEpoch;
    long asked = -1;
    boolean caughtUp;

    Subscription(FakeStream stream, long sent, long passEpoch) {
      this.stream = stream;
      this.sent = sent;
      this.acknowledged = sent;
      this.passEpoch = passEpoch;
    }

    boolean hasCredit() {
      int bytes =
          stream.entries.subList((int) acknowledged, (int) sent).stream()
              .mapToInt(DeliveryFrame::getSerializedSize)
              .sum();
      return sent - acknowledged < CREDIT_ENTRIES && bytes < CREDIT_BYTES;
    }
  }

  private final FakeDelivery delivery;
  private final Client client;
  private final StreamObserver<ConnectResponse> responses;
  private final Map<StreamRef, Subscription> subscriptions = new LinkedHashMap<>();
  private boolean over;

  FakeConnection(FakeDelivery delivery, Client client, StreamObserver<ConnectResponse> responses) {
    this.delivery = delivery;
    this.client = client;
    this.responses = responses;
  }

  @Override
  public void onNext(ConnectRequest request) {
    synchronized (delivery) {
      switch (request.getFrameCase()) {
        case ATTACH -> attach(request.getAttach());
        case DETACH -> {
          subscriptions.remove(request.getDetach().getStream());
          detached(request.getDetach().getStream(), Reason.REASON_UNSPECIFIED);
        }
        case ACK -> ack(request.getAck());
        case FRAME_NOT_SET -> throw new IllegalArgumentException("empty frame");
      }
      pump();
    }
  }

  @Override
  public void onError(Throwable error) {
    synchronized (delivery) {
      over = true;
      delivery.remove(this);
    }
  }

  @Override
  public void onCompleted() {
    onError(new IllegalStateException("completed"));
  }

  void end(StatusRuntimeException status) {
    over = true;
    responses.onError(status);
  }

  private void attach(Attach attach) {
    StreamRef ref = attach.getStream();
    Optional<FakeStream> stream = delivery.stream(ref);
    if (stream.isEmpty()) {
      detached(ref, Reason.UNKNOWN_GROUP);
      return;
    }
    if (ref.hasInboxId() && !ref.getInboxId().equals(client.inbox())) {
      detached(ref, Reason.NOT_YOUR_INBOX);
      return;
    }
    Optional<Long> epoch =
        ref.hasInboxId()
            ? Optional.of(0L)
            : stream.get().shown(attach.getPass(), attach.getPassSequence());
    if (epoch.isEmpty()) {
      detached(ref, Reason.WRONG_PASS);
      return;
    }
    subscriptions.put(ref, new Subscription(stream.get(), attach.getAfterSequence(), epoch.get()));
    long current = ref.hasInboxId() ? 0 : stream.get().epoch();
    send(
        ConnectResponse.newBuilder()
            .setAttached(
                Attached.newBuilder()
                    .setStream(ref)
                    .setSequence(stream.get().entries.size())
                    .setEpoch(current)
                    .setCreditEntries(CREDIT_ENTRIES)
                    .setCreditBytes(CREDIT_BYTES))
            .build());
  }

  private void ack(Ack ack) {
    Subscription subscription = subscriptions.get(ack.getStream());
    if (subscription != null) {
      if (ack.getSequence() > subscription.sent) {
        throw new IllegalArgumentException("acknowledged but never sent: " + ack);
      }
      subscription.acknowledged = Math.max(subscription.acknowledged, ack.getSequence());
    }
    if (subscription != null && !ack.getPass().isEmpty()) {
      subscription
          .stream
          .shown(ack.getPass(), ack.getPassSequence())
          .ifPresent(epoch -> subscription.passEpoch = epoch);
    }
  }

  /** Sends what may be sent. */
  void pump() {
    if (over) {
      return;
    }
    for (Subscription subscription : List.copyOf(subscriptions.values())) {
      pump(subscription);
    }
  }

  private void pump(Subscription subscription) {
    FakeStream stream = subscription.stream;
    while (subscription.sent < stream.entries.size() && subscription.hasCredit()) {
      DeliveryFrame next = stream.entries.get((int) subscription.sent);
      if (next.getEpoch() > subscription.passEpoch) {
        if (subscription.asked < next.getEpoch()) {
          subscription.asked = next.getEpoch();
          send(
              ConnectResponse.newBuilder()
                  .setPassRequired(
                      PassRequired.newBuilder()
                          .setStream(stream.ref)
                          .setEpoch(next.getEpoch())
                          .setGraceMs(30_000))
                  .build());
        }
        return;
      }
      subscription.sent++;
      send(ConnectResponse.newBuilder().setDelivery(next).build());
    }
    if (!subscription.caughtUp && subscription.sent == stream.entries.size()) {
      subscription.caughtUp = true;
      send(
          ConnectResponse.newBuilder()
              .setCaughtUp(
                  CaughtUp.newBuilder().setStream(stream.ref).setSequence(subscription.sent))
              .build());
    }
  }

  private void detached(StreamRef ref, Reason reason) {
    send(
        ConnectResponse.newBuilder()
            .setDetached(Detached.newBuilder().setStream(ref).setReason(reason))
            .build());
  }

  private void send(ConnectResponse frame) {
    ByteString id = client.id();
    delivery.interference().frames(id, frame).forEach(this::raw);
  }

  void raw(ConnectResponse frame) {
    if (!over) {
      responses.onNext(frame);
    }
  }
}
