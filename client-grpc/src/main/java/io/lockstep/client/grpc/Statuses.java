package io.lockstep.client.grpc;

import io.grpc.Status;
import io.lockstep.api.ErrorContract;
import io.lockstep.api.v1.Reason;
import io.lockstep.client.service.ServiceException;
import java.time.Duration;
import java.util.Optional;

/** What a gRPC status means for the one who asked. */
final class Statuses {
  /** A service that asks for more is asked all the same. */
  private static final long RETRY_AFTER_MILLIS_MAX = 60_000;

  private Statuses() {}

  static ServiceException translate(Throwable error) {
    Status status = Status.fromThrowable(error);
    String message = status.getCode() + ": " + status.getDescription();
    Optional<Reason> reason = ErrorContract.reason(error);
    if (reason.equals(Optional.of(Reason.RATE_LIMITED))) {
      return new ServiceException.Unknown(message, retryAfter(error), error);
    }
    return switch (status.getCode()) {
      case UNAVAILABLE, DEADLINE_EXCEEDED, ABORTED, CANCELLED, UNKNOWN, INTERNAL, DATA_LOSS, OK ->
          new ServiceException.Unknown(message, error);
      case UNAUTHENTICATED -> new ServiceException.Unauthenticated(message, error);
      case INVALID_ARGUMENT,
          NOT_FOUND,
          ALREADY_EXISTS,
          PERMISSION_DENIED,
          RESOURCE_EXHAUSTED,
          FAILED_PRECONDITION,
          OUT_OF_RANGE,
          UNIMPLEMENTED ->
          new ServiceException.Refused(
              reason.orElse(Reason.INTERNAL_ERROR), ErrorContract.metadata(error), message, error);
    };
  }

  private static Duration retryAfter(Throwable error) {
    String millis = ErrorContract.metadata(error).getOrDefault("retry_after_ms", "");
    try {
      return Duration.ofMillis(Math.clamp(Long.parseLong(millis), 0, RETRY_AFTER_MILLIS_MAX));
    } catch (NumberFormatException e) {
      return Duration.ZERO;
    }
  }
}
