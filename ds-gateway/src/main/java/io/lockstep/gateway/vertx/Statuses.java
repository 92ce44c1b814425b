package io.lockstep.gateway.vertx;

import com.google.rpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.lockstep.api.ErrorContract;
import io.lockstep.api.v1.Reason;
import io.lockstep.gateway.admission.Refused;
import io.vertx.grpc.common.GrpcStatus;
import io.vertx.grpc.server.GrpcServerResponse;
import java.util.Base64;
import java.util.Objects;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The only way in which a call ends with an error: with a status that {@link ErrorContract} made.
 */
final class Statuses {
  private static final Logger LOG = LoggerFactory.getLogger(Statuses.class);

  /** Where gRPC carries a google.rpc.Status. */
  static final String DETAILS = "grpc-status-details-bin";

  private Statuses() {}

  /**
   * The status for whatever a call came to. What is not a refusal is a defect: it is logged,
   * without the request, and the client learns no more than that.
   */
  static StatusRuntimeException of(Throwable failure) {
    Throwable cause = cause(failure);
    if (cause instanceof Refused refused) {
      return ErrorContract.error(refused.reason(), refused.getMessage(), refused.metadata());
    }
    if (cause instanceof StatusRuntimeException status
        && ErrorContract.reason(status).isPresent()) {
      return status;
    }
    LOG.error("a call failed unexpectedly", cause);
    return ErrorContract.error(Reason.INTERNAL_ERROR, "a defect of the service");
  }

  /** What the status will say. */
  static Reason reason(Throwable failure) {
    return switch (cause(failure)) {
      case Refused refused -> refused.reason();
      case StatusRuntimeException status ->
          ErrorContract.reason(status).orElse(Reason.INTERNAL_ERROR);
      default -> Reason.INTERNAL_ERROR;
    };
  }

  private static Throwable cause(Throwable failure) {
    Throwable cause = failure;
    while ((cause instanceof CompletionException || cause instanceof ExecutionException)
        && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }

  static void end(GrpcServerResponse<?, ?> response, StatusRuntimeException error) {
    Status status = proto(error);
    response.status(GrpcStatus.valueOf(status.getCode()));
    response.statusMessage(status.getMessage());
    response.trailers().set(DETAILS, details(status));
    var _ = response.end();
  }

  static Status proto(StatusRuntimeException error) {
    return Objects.requireNonNull(StatusProto.fromThrowable(error));
  }

  /** The value of {@link #DETAILS}. */
  static String details(Status status) {
    return Base64.getEncoder().withoutPadding().encodeToString(status.toByteArray());
  }
}
