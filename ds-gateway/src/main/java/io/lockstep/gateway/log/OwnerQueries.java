package io.lockstep.gateway.log;

import io.lockstep.chainlog.HistoryPage;
import io.lockstep.chainlog.StateAnswer;
import io.lockstep.log.v1.StreamEntry;
import io.lockstep.log.v1.StreamState;
import java.util.concurrent.CompletableFuture;

/**
 * Questions to the owner of a stream's partition. Each is answered, or fails, in bounded time, and
 * has in it all that this gateway had read of the log when it was asked.
 */
public interface OwnerQueries {
  CompletableFuture<StateAnswer<StreamState>> state(String key);

  CompletableFuture<HistoryPage<StreamEntry>> history(
      String key, long afterSequence, int maxEntries, int maxBytes);
}
