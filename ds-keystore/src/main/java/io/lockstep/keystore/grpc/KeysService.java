package io.lockstep.keystore.grpc;

import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.lockstep.api.ErrorContract;
import io.lockstep.api.v1.ClaimRequest;
import io.lockstep.api.v1.ClaimResponse;
import io.lockstep.api.v1.CountRequest;
import io.lockstep.api.v1.CountResponse;
import io.lockstep.api.v1.KeysGrpc;
import io.lockstep.api.v1.PublishRequest;
import io.lockstep.api.v1.PublishResponse;
import io.lockstep.api.v1.Reason;
import io.lockstep.keystore.law.KeyLimits;
import io.lockstep.keystore.store.Caller;
import io.lockstep.keystore.store.KeyPackages;
import io.lockstep.keystore.store.Refusal;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves {@code keys.proto} to gateways; {@link CallerMetadata} must stand before it. Each call
 * waits for the log on a virtual thread of its own; no more than {@link #CALLS_MAX} are under way,
 * and further ones are told to come again.
 */
public final class KeysService extends KeysGrpc.KeysImplBase implements AutoCloseable {
  /** Largest request, in bytes: a full publication. */
  public static final int REQUEST_BYTES_MAX =
      (KeyLimits.ONE_TIME_MAX + 4) * KeyLimits.KEY_PACKAGE_BYTES_MAX;

  static final int CALLS_MAX = 1024;

  private static final Logger log = LoggerFactory.getLogger(KeysService.class);

  private final KeyPackages packages;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Semaphore calls = new Semaphore(CALLS_MAX);

  public KeysService(KeyPackages packages) {
    this.packages = packages;
  }

  @Override
  public void publish(PublishRequest request, StreamObserver<PublishResponse> response) {
    // Read here, since the call's context is bound to this thread.
    Caller caller = CallerMetadata.ofThisCall();
    answer(response, () -> packages.publish(caller, request));
  }

  @Override
  public void claim(ClaimRequest request, StreamObserver<ClaimResponse> response) {
    answer(response, () -> packages.claim(request));
  }

  @Override
  public void count(CountRequest request, StreamObserver<CountResponse> response) {
    Caller caller = CallerMetadata.ofThisCall();
    answer(response, () -> packages.count(caller));
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
      return ErrorContract.error(refusal.reason(), refusal.getMessage(), refusal.metadata());
    }
    log.error("a call failed", error);
    return ErrorContract.error(Reason.INTERNAL_ERROR, "the service has logged what happened");
  }
}
