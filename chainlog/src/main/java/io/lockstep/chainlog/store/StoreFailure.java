package io.lockstep.chainlog.store;

/** The local store failed. Nothing is lost: it is a checkpoint of the log. */
public final class StoreFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  StoreFailure(String message, Throwable cause) {
    super(message, cause);
  }
}
