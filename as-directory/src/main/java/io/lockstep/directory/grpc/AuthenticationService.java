package io.lockstep.directory.grpc;

import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.lockstep.api.ErrorContract;
import io.lockstep.api.v1.AuthenticationGrpc;
import io.lockstep.api.v1.ClientRecord;
import io.lockstep.api.v1.EnrollClientRequest;
import io.lockstep.api.v1.EnrollClientResponse;
import io.lockstep.api.v1.LookupRequest;
import io.lockstep.api.v1.LookupResponse;
import io.lockstep.api.v1.Reason;
import io.lockstep.api.v1.RefreshTokenRequest;
import io.lockstep.api.v1.RefreshTokenResponse;
import io.lockstep.api.v1.RegisterRequest;
import io.lockstep.api.v1.RegisterResponse;
import io.lockstep.directory.account.Accounts;
import io.lockstep.directory.account.Clients;
import io.lockstep.directory.account.EnrolledClient;
import io.lockstep.directory.account.Refusal;
import io.lockstep.directory.token.ClientToken;
import io.lockstep.log.v1.DirectoryClient;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves {@code authentication.proto}. Each call waits for the log on a virtual thread of its own;
 * no more than {@link #CALLS_MAX} are under way, and further ones are told to come again.
 */
public final class AuthenticationService extends AuthenticationGrpc.AuthenticationImplBase
    implements AutoCloseable {
  /** Largest request, in bytes. */
  public static final int REQUEST_BYTES_MAX = 16 * 1024;

  static final int CALLS_MAX = 1024;

  private static final Logger log = LoggerFactory.getLogger(AuthenticationService.class);

  private final Accounts accounts;
  private final Clients clients;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Semaphore calls = new Semaphore(CALLS_MAX);

  public AuthenticationService(Accounts accounts, Clients clients) {
    this.accounts = accounts;
    this.clients = clients;
  }

  @Override
  public void register(RegisterRequest request, StreamObserver<RegisterResponse> response) {
    answer(
        response,
        () -> {
          accounts.register(request);
          return RegisterResponse.getDefaultInstance();
        });
  }

  @Override
  public void enrollClient(
      EnrollClientRequest request, StreamObserver<EnrollClientResponse> response) {
    answer(response, () -> enrolled(clients.enroll(request)));
  }

  @Override
  public void refreshToken(
      RefreshTokenRequest request, StreamObserver<RefreshTokenResponse> response) {
    answer(response, () -> refreshed(clients.refresh(request)));
  }

  @Override
  public void lookup(LookupRequest request, StreamObserver<LookupResponse> response) {
    // Read here, since the call's context is bound to this thread.
    String token = BearerToken.ofThisCall();
    answer(response, () -> found(clients.lookup(token, request.getUserName())));
  }

  /** Lets the calls that are under way end. */
  @Override
  public void close() {
    threads.close();
  }

  private <T> void answer(StreamObserver<T> response, Supplier<T> call) {
    // A caller that went away is no failure; without a handler onNext would throw.
    ((ServerCallStreamObserver<T>) response).setOnCancelHandler(() -> {});
    if (!calls.tryAcquire()) {
      response.onError(
          ErrorContract.error(Reason.SERVICE_UNAVAILABLE, "too many calls are under way"));
      return;
    }
    threads.execute(
        () -> {
          try {
            T value = call.get();
            response.onNext(value);
            response.onCompleted();
          } catch (RuntimeException e) {
            response.onError(status(e));
          } finally {
            calls.release();
          }
        });
  }

  private static StatusRuntimeException status(RuntimeException error) {
    if (error instanceof Refusal refusal && refusal.reason() != Reason.INTERNAL_ERROR) {
      return ErrorContract.error(refusal.reason(), refusal.getMessage());
    }
    log.error("a call failed", error);
    return ErrorContract.error(Reason.INTERNAL_ERROR, "the service has logged what happened");
  }

  private static EnrollClientResponse enrolled(EnrolledClient client) {
    return EnrollClientResponse.newBuilder()
        .setClientId(client.clientId())
        .setInboxId(client.inboxId())
        .addAllCertificateChain(client.certificateChain())
        .setToken(client.token().text())
        .setTokenExpiresMs(client.token().expiresMillis())
        .build();
  }

  private static RefreshTokenResponse refreshed(ClientToken token) {
    return RefreshTokenResponse.newBuilder()
        .setToken(token.text())
        .setTokenExpiresMs(token.expiresMillis())
        .build();
  }

  private static LookupResponse found(List<DirectoryClient> clients) {
    LookupResponse.Builder response = LookupResponse.newBuilder();
    for (DirectoryClient client : clients) {
      response.addClients(
          ClientRecord.newBuilder()
              .setClientId(client.getClientId())
              .setSignatureKey(client.getSignatureKey())
              .addAllCertificateChain(client.getCertificateChainList()));
    }
    return response.build();
  }
}
