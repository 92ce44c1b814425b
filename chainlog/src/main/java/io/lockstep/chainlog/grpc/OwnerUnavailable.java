package io.lockstep.chainlog.grpc;

/** No owner of the partition has answered in time. */
public final class OwnerUnavailable extends Exception {
  private static final long serialVersionUID = 1L;

  OwnerUnavailable(String message, Throwable cause) {
    super(message, cause);
  }
}
