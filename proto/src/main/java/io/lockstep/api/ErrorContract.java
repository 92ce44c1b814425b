package io.lockstep.api;

import com.google.protobuf.Any;
import com.google.rpc.ErrorInfo;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.lockstep.api.v1.Reason;
import java.util.Map;
import java.util.Optional;

/**
 * The one place that makes error statuses. The table is closed: every {@link Reason} has one gRPC
 * code, and {@code proto/README.md} lists the same table for people; a test compares the two.
 *
 * <p>A status made here carries one {@code google.rpc.ErrorInfo} with domain {@value #DOMAIN} and
 * the name of the reason. A status without it does not come from Lockstep (or is a defect).
 */
public final class ErrorContract {
  public static final String DOMAIN = "lockstep";

  private ErrorContract() {}

  /** The gRPC code that goes with a reason; one code for each reason, for ever. */
  public static Status.Code code(Reason reason) {
    return switch (reason) {
      case MALFORMED_MESSAGE,
          GROUP_MISMATCH,
          WELCOME_MISMATCH,
          GROUP_INFO_MISMATCH,
          INVALID_FIELD,
          INVALID_KEY_PACKAGE ->
          Status.Code.INVALID_ARGUMENT;
      case PAYLOAD_TOO_LARGE,
          TOO_MANY_KEY_PACKAGES,
          TOO_MANY_CLIENTS,
          TOO_MANY_STREAMS,
          RATE_LIMITED ->
          Status.Code.RESOURCE_EXHAUSTED;
      case UNKNOWN_GROUP,
          NO_GROUP_INFO,
          UNKNOWN_USER,
          UNKNOWN_CLIENT,
          UNKNOWN_CALL,
          KEY_PACKAGES_EXHAUSTED ->
          Status.Code.NOT_FOUND;
      case GROUP_EXISTS, USER_EXISTS, CLIENT_KEY_IN_USE -> Status.Code.ALREADY_EXISTS;
      case WRONG_PASS,
          PASS_EXPIRED,
          EXTERNAL_JOIN_CLOSED,
          NOT_YOUR_INBOX,
          PROOF_INVALID,
          INVITATION_INVALID ->
          Status.Code.PERMISSION_DENIED;
      case NOT_ATTACHED -> Status.Code.FAILED_PRECONDITION;
      case TOKEN_MISSING, TOKEN_INVALID, TOKEN_EXPIRED -> Status.Code.UNAUTHENTICATED;
      case OUTCOME_UNKNOWN -> Status.Code.DEADLINE_EXCEEDED;
      case SERVICE_UNAVAILABLE, SHUTTING_DOWN -> Status.Code.UNAVAILABLE;
      case INTERNAL_ERROR -> Status.Code.INTERNAL;
      case REASON_UNSPECIFIED, UNRECOGNIZED ->
          throw new IllegalArgumentException("not a reason: " + reason);
    };
  }

  /** A status for the wire. The message is for people and must hold no secret and no identity. */
  public static StatusRuntimeException error(Reason reason, String message) {
    return error(reason, message, Map.of());
  }

  public static StatusRuntimeException error(
      Reason reason, String message, Map<String, String> metadata) {
    ErrorInfo info =
        ErrorInfo.newBuilder()
            .setDomain(DOMAIN)
            .setReason(reason.name())
            .putAllMetadata(metadata)
            .build();
    return StatusProto.toStatusRuntimeException(
        com.google.rpc.Status.newBuilder()
            .setCode(code(reason).value())
            .setMessage(reason.name() + ": " + message)
            .addDetails(Any.pack(info))
            .build());
  }

  /** The reason that a received status carries; empty if it is not one of ours. */
  public static Optional<Reason> reason(Throwable error) {
    return info(error).flatMap(ErrorContract::named);
  }

  /** The metadata of a received status, for example {@code rule} of INVALID_KEY_PACKAGE. */
  public static Map<String, String> metadata(Throwable error) {
    return info(error).map(ErrorInfo::getMetadataMap).orElse(Map.of());
  }

  private static Optional<Reason> named(ErrorInfo info) {
    for (Reason reason : Reason.values()) {
      if (reason.name().equals(info.getReason())) {
        return Optional.of(reason);
      }
    }
    return Optional.empty();
  }

  private static Optional<ErrorInfo> info(Throwable error) {
    com.google.rpc.Status status = StatusProto.fromThrowable(error);
    if (status == null) {
      return Optional.empty();
    }
    for (Any detail : status.getDetailsList()) {
      if (detail.is(ErrorInfo.class)) {
        try {
          ErrorInfo info = detail.unpack(ErrorInfo.class);
          return info.getDomain().equals(DOMAIN) ? Optional.of(info) : Optional.empty();
        } catch (com.google.protobuf.InvalidProtocolBufferException e) {
          return Optional.empty();
        }
      }
    }
    return Optional.empty();
  }
}
