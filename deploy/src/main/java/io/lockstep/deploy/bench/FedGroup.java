package io.lockstep.deploy.bench;

import com.google.protobuf.ByteString;
import io.lockstep.api.EpochPass;
import io.lockstep.chainlog.ChainHead;
import io.lockstep.chainlog.HistoryPage;
import io.lockstep.log.v1.EpochState;
import io.lockstep.log.v1.GroupState;
import io.lockstep.log.v1.PostCommit;
import io.lockstep.log.v1.Sequenced;
import io.lockstep.log.v1.StreamEntry;
import io.lockstep.log.v1.StreamState;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** One group of a {@link FedLog}, which guards it. */
final class FedGroup {
  /** Older entries are gone, as with retention. */
  private static final int KEPT_MAX = 20_000;

  private static final ByteString PASS_HASH =
      ByteString.copyFrom(EpochPass.hash(FedLog.PASS.toByteArray()));

  private final ByteString id;
  private final List<StreamEntry> entries = new ArrayList<>();
  private long dropped = FedLog.CREATED;
  private EpochState epoch =
      EpochState.newBuilder().setPassHash(PASS_HASH).setOpenedBy(FedLog.CREATED).build();

  FedGroup(ByteString id) {
    this.id = id;
  }

  private long newest() {
    return dropped + entries.size();
  }

  /** An application message that begins with the time of now, as {@link #stamp} reads it. */
  StreamEntry append(int bytes) {
    return append(sequenced().setApplication(payload(bytes)));
  }

  /** A Commit, which begins with the time of now as well. */
  StreamEntry commit(int bytes) {
    StreamEntry entry =
        append(
            sequenced()
                .setCommit(
                    PostCommit.newBuilder().setCommit(payload(bytes)).setNextPassHash(PASS_HASH)));
    epoch =
        epoch.toBuilder()
            .setEpoch(epoch.getEpoch() + 1)
            .setOpenedBy(entry.getSequenced().getSequence())
            .build();
    return entry;
  }

  private Sequenced.Builder sequenced() {
    return Sequenced.newBuilder()
        .setSequence(newest() + 1)
        .setEpoch(epoch.getEpoch())
        .setChain(ByteString.copyFrom(new byte[ChainHead.BYTES]));
  }

  private static ByteString payload(int bytes) {
    byte[] payload = new byte[bytes];
    ByteBuffer.wrap(payload).putLong(System.nanoTime());
    return ByteString.copyFrom(payload);
  }

  private StreamEntry append(Sequenced.Builder sequenced) {
    StreamEntry entry =
        StreamEntry.newBuilder()
            .setStreamId(id)
            .setTimeMs(System.currentTimeMillis())
            .setSequenced(sequenced)
            .build();
    entries.add(entry);
    if (entries.size() > KEPT_MAX) {
      int half = KEPT_MAX / 2;
      entries.subList(0, half).clear();
      dropped += half;
    }
    return entry;
  }

  /** When a message was made, by {@link System#nanoTime}, which all processes share. */
  static long stamp(ByteString payload) {
    return payload.asReadOnlyByteBuffer().getLong();
  }

  StreamState state() {
    return StreamState.newBuilder()
        .setSequence(newest())
        .setGroup(GroupState.newBuilder().setEpoch(epoch.getEpoch()).addEpochs(epoch))
        .build();
  }

  HistoryPage<StreamEntry> history(long afterSequence, int maxEntries, int maxBytes) {
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
    return new HistoryPage<>(page, dropped + 1, newest());
  }
}
