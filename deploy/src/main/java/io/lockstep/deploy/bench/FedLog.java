package io.lockstep.deploy.bench;

import com.google.protobuf.ByteString;
import io.lockstep.api.EpochPass;
import io.lockstep.api.StreamKey;
import io.lockstep.chainlog.ChainHead;
import io.lockstep.chainlog.HistoryPage;
import io.lockstep.chainlog.LogEntry;
import io.lockstep.chainlog.Partitions;
import io.lockstep.chainlog.StateAnswer;
import io.lockstep.gateway.log.OwnerQueries;
import io.lockstep.log.v1.StreamEntry;
import io.lockstep.log.v1.StreamState;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * A log with a few groups, and its owner, in memory: in place of Kafka and a sequencer, since the
 * fan-out alone is measured. Thread-safe.
 */
final class FedLog implements OwnerQueries {
  static final ByteString PASS = ByteString.copyFrom(new byte[EpochPass.LENGTH]);

  /** Sequence number of a group's creation. */
  static final long CREATED = 1;

  static final int PARTITIONS = 1;

  private final Map<String, FedGroup> groups = new LinkedHashMap<>();
  private long offset;

  FedLog(int count) {
    for (int i = 0; i < count; i++) {
      groups.put(StreamKey.ofGroup(id(i)), new FedGroup(id(i)));
    }
  }

  static ByteString id(int group) {
    return ByteString.copyFromUtf8("fan-out bench " + group);
  }

  /** The next application message of a group, sequenced. */
  synchronized LogEntry<StreamEntry> append(int group, int bytes) {
    String key = StreamKey.ofGroup(id(group));
    return logged(key, groups.get(key).append(bytes));
  }

  /** The next Commit of a group; each epoch has the same pass. */
  synchronized LogEntry<StreamEntry> commit(int group, int bytes) {
    String key = StreamKey.ofGroup(id(group));
    return logged(key, groups.get(key).commit(bytes));
  }

  private LogEntry<StreamEntry> logged(String key, StreamEntry entry) {
    offset++;
    return new LogEntry<>(
        Partitions.of(key, PARTITIONS),
        offset,
        offset,
        key,
        ChainHead.ZERO,
        entry,
        entry.getSerializedSize());
  }

  @Override
  public synchronized CompletableFuture<StateAnswer<StreamState>> state(String key) {
    return CompletableFuture.completedFuture(
        new StateAnswer<>(Optional.ofNullable(groups.get(key)).map(FedGroup::state), offset));
  }

  @Override
  public synchronized CompletableFuture<HistoryPage<StreamEntry>> history(
      String key, long afterSequence, int maxEntries, int maxBytes) {
    return CompletableFuture.completedFuture(
        groups.get(key).history(afterSequence, maxEntries, maxBytes));
  }
}
