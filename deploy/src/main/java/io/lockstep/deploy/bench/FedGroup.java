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
import io.lockstep.log.v1.EpochState;
import io.lockstep.log.v1.GroupState;
import io.lockstep.log.v1.Sequenced;
import io.lockstep.log.v1.StreamEntry;
import io.lockstep.log.v1.StreamState;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * A log with one group, and its owner, in memory: in place of Kafka and a sequencer, since the
 * fan-out alone is measured. Thread-safe.
 */
final class FedGroup implements OwnerQueries {
  static final ByteString ID = ByteString.copyFromUtf8("fan-out bench");
  static final ByteString PASS = ByteString.copyFrom(new byte[EpochPass.LENGTH]);

  /** Sequence number of the creation. */
  static final long CREATED = 1;

  static final int PARTITIONS = 1;

  /** Older entries are gone, as with retention. */
  private static final int KEPT_MAX = 20_000;

  private final List<StreamEntry> entries = new ArrayList<>();
  private long dropped = CREATED;

  /** The next application message, sequenced. */
  synchronized LogEntry<StreamEntry> append(int bytes) {
    long sequence = dropped + entries.size() + 1;
    StreamEntry entry =
        StreamEntry.newBuilder()
            .setStreamId(ID)
            .setTimeMs(System.currentTimeMillis())
            .setSequenced(
                Sequenced.newBuilder()
                    .setSequence(sequence)
                    .setChain(ByteString.copyFrom(new byte[ChainHead.BYTES]))
                    .setApplication(ByteString.copyFrom(new byte[bytes])))
            .build();
    entries.add(entry);
    if (entries.size() > KEPT_MAX) {
      int half = KEPT_MAX / 2;
      entries.subList(0, half).clear();
      dropped += half;
    }
    String key = StreamKey.ofGroup(ID);
    return new LogEntry<>(
        Partitions.of(key, PARTITIONS),
        sequence,
        sequence,
        key,
        ChainHead.ZERO,
        entry,
        entry.getSerializedSize());
  }

  @Override
  public synchronized CompletableFuture<StateAnswer<StreamState>> state(String key) {
    long newest = dropped + entries.size();
    StreamState state =
        StreamState.newBuilder()
            .setSequence(newest)
            .setGroup(
                GroupState.newBuilder()
                    .addEpochs(
                        EpochState.newBuilder()
                            .setPassHash(ByteString.copyFrom(EpochPass.hash(PASS.toByteArray())))
                            .setOpenedBy(CREATED)))
            .build();
    return CompletableFuture.completedFuture(new StateAnswer<>(Optional.of(state), newest));
  }

  @Override
  public synchronized CompletableFuture<HistoryPage<StreamEntry>> history(
      String key, long afterSequence, int maxEntries, int maxBytes) {
    List<HistoryPage.Item<StreamEntry>> page = new ArrayList<>();
    int bytes = 0;
    for (int i = (int) Math.max(0, afterSequence - dropped);
        i < entries.size() && page.size() < maxEntries;
        i++) {
      bytes += entries.get(i).getSerializedSize();
      if (bytes > maxBytes && !page.isEmpty()) {
        break;
      }
      page.add(new HistoryPage.Item<>(dropped + i + 1, dropped + i + 1, entries.get(i)));
    }
    return CompletableFuture.completedFuture(
        new HistoryPage<>(page, dropped + 1, dropped + entries.size()));
  }
}
