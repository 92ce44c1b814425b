package io.lockstep.client.grpc;

import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.lockstep.api.v1.ConnectRequest;
import io.lockstep.api.v1.ConnectResponse;
import io.lockstep.client.service.Connection;
import io.lockstep.client.service.Services.Receiver;

/** One Connect call with manual flow control: the service may send as much as was consumed. */
final class GrpcConnection implements Connection {
  private final Receiver receiver;
  private final int window;
  private final Object lock = new Object();
  private ClientCallStreamObserver<ConnectRequest> requests;
  private boolean over;

  GrpcConnection(Receiver receiver, int window) {
    this.receiver = receiver;
    this.window = window;
  }

  ClientResponseObserver<ConnectRequest, ConnectResponse> responses() {
    return new ClientResponseObserver<>() {
      @Override
      public void beforeStart(ClientCallStreamObserver<ConnectRequest> stream) {
        stream.disableAutoRequestWithInitial(window);
        synchronized (lock) {
          requests = stream;
        }
      }

      @Override
      public void onNext(ConnectResponse frame) {
        receiver.received(frame);
      }

      @Override
      public void onError(Throwable error) {
        end(error);
      }

      @Override
      public void onCompleted() {
        end(Status.UNAVAILABLE.withDescription("the service ended the call").asRuntimeException());
      }
    };
  }

  @Override
  public void send(ConnectRequest frame) {
    synchronized (lock) {
      if (!over) {
        requests.onNext(frame);
      }
    }
  }

  @Override
  public void consumed() {
    synchronized (lock) {
      if (!over) {
        requests.request(1);
      }
    }
  }

  @Override
  public void close() {
    synchronized (lock) {
      if (!over) {
        over = true;
        requests.cancel("closed by the client", null);
      }
    }
  }

  private void end(Throwable error) {
    synchronized (lock) {
      over = true;
    }
    receiver.ended(Statuses.translate(error));
  }
}
