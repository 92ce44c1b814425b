package io.lockstep.gateway.log;

import io.lockstep.api.v1.Reason;
import io.lockstep.chainlog.HistoryPage;
import io.lockstep.chainlog.StateAnswer;
import io.lockstep.chainlog.grpc.OwnerClient;
import io.lockstep.gateway.admission.Refused;
import io.lockstep.log.v1.StreamEntry;
import io.lockstep.log.v1.StreamState;
import java.util.concurrent.CompletableFuture;

/** The owners behind their client; when they cannot be reached that is SERVICE_UNAVAILABLE. */
public final class Owners implements OwnerQueries {
  private final OwnerClient<StreamState, StreamEntry> client;

  /** The client stays the caller's. */
  public Owners(OwnerClient<StreamState, StreamEntry> client) {
    this.client = client;
  }

  @Override
  public CompletableFuture<StateAnswer<StreamState>> state(String key) {
    return named(client.state(key));
  }

  @Override
  public CompletableFuture<HistoryPage<StreamEntry>> history(
      String key, long afterSequence, int maxEntries, int maxBytes) {
    return named(client.history(key, afterSequence, maxEntries, maxBytes));
  }

  private static <T> CompletableFuture<T> named(CompletableFuture<T> answer) {
    return answer.exceptionallyCompose(
        away ->
            CompletableFuture.failedFuture(
                new Refused(Reason.SERVICE_UNAVAILABLE, "the stream's owner cannot be reached")));
  }
}
