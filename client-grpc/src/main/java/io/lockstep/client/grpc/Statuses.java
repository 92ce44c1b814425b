package io.lockstep.client.grpc;

import io.grpc.Status;
import io.lockstep.api.ErrorContract;
import io.lockstep.api.v1.Reason;
import io.lockstep.client.service.ServiceException;

/** What a gRPC status means for the one who asked. */
final class Statuses {
  private Statuses() {}

  static ServiceException translate(Throwable error) {
    Status status = Status.fromThrowable(error);
    String message = status.getCode() + ": " + status.getDescription();
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
              ErrorContract.reason(error).orElse(Reason.INTERNAL_ERROR),
              ErrorContract.metadata(error),
              message,
              error);
    };
  }
}
