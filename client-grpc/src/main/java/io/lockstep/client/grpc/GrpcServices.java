package io.lockstep.client.grpc;

import io.grpc.ClientInterceptor;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.AbstractStub;
import io.grpc.stub.MetadataUtils;
import io.lockstep.api.v1.AuthenticationGrpc;
import io.lockstep.api.v1.ClaimRequest;
import io.lockstep.api.v1.ClaimResponse;
import io.lockstep.api.v1.CountRequest;
import io.lockstep.api.v1.CountResponse;
import io.lockstep.api.v1.DeliveryGrpc;
import io.lockstep.api.v1.EnrollClientRequest;
import io.lockstep.api.v1.EnrollClientResponse;
import io.lockstep.api.v1.GetGroupInfoRequest;
import io.lockstep.api.v1.GetGroupInfoResponse;
import io.lockstep.api.v1.KeysGrpc;
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
import io.lockstep.client.ServiceTarget;
import io.lockstep.client.service.Connection;
import io.lockstep.client.service.ServiceException;
import io.lockstep.client.service.Services;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** {@link Services} over two channels: one to the gateway, one to the Authentication Service. */
public final class GrpcServices implements Services {
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
  private static final long CLOSE_SECONDS_MAX = 5;

  private final ManagedChannel gateway;
  private final ManagedChannel authentication;
  private final Duration attempt;
  private final DeliveryGrpc.DeliveryBlockingStub delivery;
  private final DeliveryGrpc.DeliveryStub deliveryStream;
  private final KeysGrpc.KeysBlockingStub keys;
  private final AuthenticationGrpc.AuthenticationBlockingStub accounts;

  private GrpcServices(ManagedChannel gateway, ManagedChannel authentication, Duration attempt) {
    this.gateway = gateway;
    this.authentication = authentication;
    this.attempt = attempt;
    this.delivery = DeliveryGrpc.newBlockingStub(gateway);
    this.deliveryStream = DeliveryGrpc.newStub(gateway);
    this.keys = KeysGrpc.newBlockingStub(gateway);
    this.accounts = AuthenticationGrpc.newBlockingStub(authentication);
  }

  /**
   * Makes the channels; they connect when they are used.
   *
   * @param attempt deadline of one unary call
   */
  public static GrpcServices open(
      ServiceTarget gateway, ServiceTarget authentication, Duration attempt) {
    return new GrpcServices(Channels.open(gateway), Channels.open(authentication), attempt);
  }

  @Override
  public RegisterResponse register(RegisterRequest request) throws ServiceException {
    return call(() -> timed(accounts).register(request));
  }

  @Override
  public EnrollClientResponse enrol(EnrollClientRequest request) throws ServiceException {
    return call(() -> timed(accounts).enrollClient(request));
  }

  @Override
  public RefreshTokenResponse refreshToken(RefreshTokenRequest request) throws ServiceException {
    return call(() -> timed(accounts).refreshToken(request));
  }

  @Override
  public LookupResponse lookup(LookupRequest request, Proof proof) throws ServiceException {
    return call(() -> timed(proven(accounts, proof)).lookup(request));
  }

  @Override
  public PublishResponse publish(PublishRequest request, Proof proof) throws ServiceException {
    return call(() -> timed(proven(keys, proof)).publish(request));
  }

  @Override
  public ClaimResponse claim(ClaimRequest request, Proof proof) throws ServiceException {
    return call(() -> timed(proven(keys, proof)).claim(request));
  }

  @Override
  public CountResponse count(CountRequest request, Proof proof) throws ServiceException {
    return call(() -> timed(proven(keys, proof)).count(request));
  }

  @Override
  public SubmitResponse submit(SubmitRequest request, Proof proof) throws ServiceException {
    return call(() -> timed(proven(delivery, proof)).submit(request));
  }

  @Override
  public GetGroupInfoResponse groupInfo(GetGroupInfoRequest request, Proof proof)
      throws ServiceException {
    return call(() -> timed(proven(delivery, proof)).getGroupInfo(request));
  }

  @Override
  public Connection connect(Receiver receiver, Proof proof, int window) {
    GrpcConnection connection = new GrpcConnection(receiver, window);
    proven(deliveryStream, proof).connect(connection.responses());
    return connection;
  }

  @Override
  public void close() {
    gateway.shutdownNow();
    authentication.shutdownNow();
    try {
      if (!gateway.awaitTermination(CLOSE_SECONDS_MAX, TimeUnit.SECONDS)
          || !authentication.awaitTermination(CLOSE_SECONDS_MAX, TimeUnit.SECONDS)) {
        throw new IllegalStateException("a channel does not close");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private <S extends AbstractStub<S>> S timed(S stub) {
    return stub.withDeadlineAfter(attempt.toMillis(), TimeUnit.MILLISECONDS);
  }

  private static <S extends AbstractStub<S>> S proven(S stub, Proof proof) {
    return switch (proof) {
      case Proof.None() -> stub;
      case Proof.Token(String value) -> stub.withInterceptors(bearer(value));
    };
  }

  private static ClientInterceptor bearer(String token) {
    Metadata headers = new Metadata();
    headers.put(AUTHORIZATION, "Bearer " + token);
    return MetadataUtils.newAttachHeadersInterceptor(headers);
  }

  private static <T> T call(Supplier<T> call) throws ServiceException {
    try {
      return call.get();
    } catch (StatusRuntimeException e) {
      throw Statuses.translate(e);
    }
  }
}
