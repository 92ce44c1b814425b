package io.lockstep.gateway.vertx;

import com.google.protobuf.ByteString;
import io.lockstep.api.v1.Reason;
import io.lockstep.api.v1.SendRequest;
import io.lockstep.api.v1.SendResponse;
import io.lockstep.gateway.admission.Rates;
import io.lockstep.gateway.admission.Refused;
import io.lockstep.gateway.admission.SubmitLimits;
import io.lockstep.gateway.token.ClientIdentity;
import io.vertx.core.Context;
import java.security.SecureRandom;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The calls of this gateway that Listen has opened, by id, so that Send finds them from whatever
 * connection and event loop it comes in on. There are as many as open calls are allowed, since each
 * leaves when it ends. Thread-safe.
 */
final class OpenedCalls {
  private static final int ID_BYTES = 16;

  private final Rates rates;
  private final SecureRandom random = new SecureRandom();
  private final Map<ByteString, Opened> calls = new ConcurrentHashMap<>();

  private record Opened(String clientId, Context loop, ConnectCall call) {}

  OpenedCalls(Rates rates) {
    this.rates = rates;
  }

  /**
   * A call has begun.
   *
   * @param loop where it lives
   * @return its id, until {@link #ended}
   */
  ByteString opened(ClientIdentity identity, Context loop, ConnectCall call) {
    byte[] bytes = new byte[ID_BYTES];
    random.nextBytes(bytes);
    ByteString id = ByteString.copyFrom(bytes);
    calls.put(id, new Opened(identity.clientId(), loop, call));
    return id;
  }

  void ended(ByteString id) {
    calls.remove(id);
  }

  int size() {
    return calls.size();
  }

  /** Hands frames to the call that they are for. */
  CompletableFuture<SendResponse> send(SendRequest request, ClientIdentity identity)
      throws Refused {
    rates.send(identity.clientId(), Math.min(request.getFramesCount(), SubmitLimits.FRAMES_MAX));
    if (request.getFramesCount() == 0 || request.getFramesCount() > SubmitLimits.FRAMES_MAX) {
      throw new Refused(Reason.INVALID_FIELD, "frames must be 1 to " + SubmitLimits.FRAMES_MAX);
    }
    if (request.getCallId().size() != ID_BYTES) {
      throw new Refused(Reason.INVALID_FIELD, "call_id must have " + ID_BYTES + " bytes");
    }
    Opened opened = calls.get(request.getCallId());
    if (opened == null || !opened.clientId().equals(identity.clientId())) {
      throw unknown();
    }
    CompletableFuture<SendResponse> answer = new CompletableFuture<>();
    opened
        .loop()
        .runOnContext(
            now -> {
              try {
                opened.call().take(request.getFramesList());
                answer.complete(SendResponse.getDefaultInstance());
              } catch (Refused | RuntimeException e) {
                answer.completeExceptionally(e);
              }
            });
    return answer;
  }

  static Refused unknown() {
    return new Refused(
        Reason.UNKNOWN_CALL, "this gateway has no such call of this client: listen anew");
  }
}
