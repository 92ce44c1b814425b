package io.lockstep.client;

import io.lockstep.api.v1.Reason;
import io.lockstep.client.service.Retry;
import io.lockstep.client.service.ServiceException;
import io.lockstep.client.service.Services;
import io.lockstep.client.service.Services.Proof;
import io.lockstep.client.service.TokenSource;

/**
 * Calls to the services: repeated while the outcome is unknown, with a fresh token when one is due.
 */
final class Calls {
  /** A call that shows a token, or none. */
  interface Proven<T> {
    T call(Services services, Proof proof) throws ServiceException;
  }

  private final Services services;
  private final TokenSource tokens;
  private final Retry retry;

  Calls(Services services, TokenSource tokens, Retry retry) {
    this.services = services;
    this.tokens = tokens;
    this.retry = retry;
  }

  /**
   * Calls without a token. {@link LockstepException.Refused}, {@link
   * LockstepException.OutcomeUnknown}.
   */
  <T> T open(Proven<T> call) {
    return run(() -> call.call(services, new Proof.None()));
  }

  /** Calls with the client's token; one that is not accepted is replaced once. */
  <T> T withToken(Proven<T> call) {
    return run(
        () -> {
          Proof.Token first = tokens.proof();
          try {
            return call.call(services, first);
          } catch (ServiceException.Unauthenticated e) {
            tokens.rejected(first);
            return call.call(services, tokens.proof());
          }
        });
  }

  private <T> T run(Retry.Call<T> call) {
    try {
      return retry.run(call);
    } catch (ServiceException e) {
      throw translate(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LockstepException.Closed("interrupted");
    }
  }

  private static LockstepException translate(ServiceException error) {
    return switch (error) {
      case ServiceException.Refused e ->
          new LockstepException.Refused(e.reason(), e.getMessage(), e);
      case ServiceException.Unauthenticated e ->
          new LockstepException.Refused(Reason.TOKEN_INVALID, e.getMessage(), e);
      case ServiceException.Unknown e ->
          new LockstepException.OutcomeUnknown("no answer in time: " + e.getMessage(), e);
    };
  }
}
