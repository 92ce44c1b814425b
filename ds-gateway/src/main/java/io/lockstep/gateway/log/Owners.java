package io.lockstep.gateway.log;

import io.lockstep.api.v1.Reason;
import io.lockstep.chainlog.HistoryPage;
import io.lockstep.chainlog.StateAnswer;
import io.lockstep.chainlog.grpc.OwnerClient;
import io.lockstep.gateway.admission.Refused;
import io.lockstep.log.v1.StreamEntry;
import io.lockstep.log.v1.StreamState;
import java.util.concurrent.CompletableFuture;
import java.util.function.ToLongFunction;

/**
 * The owners behind their client. What they answer is as of all that this gateway has read of the
 * log, so that no client is told less than another one was told here before. When they cannot be
 * reached, or lag behind for too long, that is SERVICE_UNAVAILABLE.
 */
public final class Owners implements OwnerQueries {
  private final OwnerClient<StreamState, StreamEntry> client;
  private final ToLongFunction<String> readTo;

  /**
   * The client stays the caller's.
   *
   * @param readTo log offset up to which this gateway has read the partition of a stream, by key
   */
  public Owners(OwnerClient<StreamState, StreamEntry> client, ToLongFunction<String> readTo) {
    this.client = client;
    this.readTo = readTo;
  }

  @Override
  public CompletableFuture<StateAnswer<StreamState>> state(String key) {
    return named(client.state(key, readTo.applyAsLong(key)));
  }

  @Override
  public CompletableFuture<HistoryPage<StreamEntry>> history(
      String key, long afterSequence, int maxEntries, int maxBytes) {
    return named(client.history(key, readTo.applyAsLong(key), afterSequence, maxEntries, maxBytes));
  }

  private static <T> CompletableFuture<T> named(CompletableFuture<T> answer) {
    return answer.exceptionallyCompose(
        away ->
            CompletableFuture.failedFuture(
                new Refused(Reason.SERVICE_UNAVAILABLE, "the stream's owner cannot be reached")));
  }
}
