package io.lockstep.client.service;

import io.lockstep.api.v1.ClaimRequest;
import io.lockstep.api.v1.ClaimResponse;
import io.lockstep.api.v1.ConnectResponse;
import io.lockstep.api.v1.CountRequest;
import io.lockstep.api.v1.CountResponse;
import io.lockstep.api.v1.EnrollClientRequest;
import io.lockstep.api.v1.EnrollClientResponse;
import io.lockstep.api.v1.GetGroupInfoRequest;
import io.lockstep.api.v1.GetGroupInfoResponse;
import io.lockstep.api.v1.LookupRequest;
import io.lockstep.api.v1.LookupResponse;
import io.lockstep.api.v1.PublishRequest;
import io.lockstep.api.v1.PublishResponse;
import io.lockstep.api.v1.RefreshTokenRequest;
import io.lockstep.api.v1.RefreshTokenResponse;
import io.lockstep.api.v1.RegisterRequest;
import io.lockstep.api.v1.RegisterResponse;
import io.lockstep.api.v1.SubmitRequest;
import io.lockstep.api.v1.SubmitResponse;

/** One attempt of each call; blocking. Who calls decides about repetition. */
public interface Services extends AutoCloseable {
  /** Whether a call shows the client token. A pass is shown without one. */
  sealed interface Proof {
    record Token(String value) implements Proof {
      @Override
      public String toString() {
        return "Token";
      }
    }

    record None() implements Proof {}
  }

  /** What comes up a connection. Called by one thread at a time. */
  interface Receiver {
    void received(ConnectResponse frame);

    /** The connection is over; nothing follows. */
    void ended(ServiceException cause);
  }

  RegisterResponse register(RegisterRequest request) throws ServiceException;

  EnrollClientResponse enrol(EnrollClientRequest request) throws ServiceException;

  RefreshTokenResponse refreshToken(RefreshTokenRequest request) throws ServiceException;

  LookupResponse lookup(LookupRequest request, Proof proof) throws ServiceException;

  PublishResponse publish(PublishRequest request, Proof proof) throws ServiceException;

  ClaimResponse claim(ClaimRequest request, Proof proof) throws ServiceException;

  CountResponse count(CountRequest request, Proof proof) throws ServiceException;

  SubmitResponse submit(SubmitRequest request, Proof proof) throws ServiceException;

  GetGroupInfoResponse groupInfo(GetGroupInfoRequest request, Proof proof) throws ServiceException;

  /** Opens a connection. At most {@code window} frames come before {@link Connection#consumed}. */
  Connection connect(Receiver receiver, Proof proof, int window);

  @Override
  void close();
}
