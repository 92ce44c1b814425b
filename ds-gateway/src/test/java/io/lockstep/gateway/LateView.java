package io.lockstep.gateway;

import com.google.protobuf.ByteString;
import io.lockstep.chainlog.HistoryPage;
import io.lockstep.chainlog.LogName;
import io.lockstep.chainlog.NotOwner;
import io.lockstep.chainlog.Partitions;
import io.lockstep.chainlog.StateAnswer;
import io.lockstep.chainlog.StreamView;
import io.lockstep.gateway.log.StreamFormat;

/** The view of an owner that starts after its endpoint, whose port it must know. */
final class LateView implements StreamView {
  volatile StreamView owner;

  @Override
  public LogName log() {
    return StreamFormat.LOG;
  }

  @Override
  public StateAnswer<ByteString> stateBytes(String key) throws NotOwner {
    return present(key).stateBytes(key);
  }

  @Override
  public HistoryPage<ByteString> historyBytes(
      String key, long afterSequence, int maxEntries, int maxBytes) throws NotOwner {
    return present(key).historyBytes(key, afterSequence, maxEntries, maxBytes);
  }

  private StreamView present(String key) throws NotOwner {
    if (owner == null) {
      throw new NotOwner(StreamFormat.LOG, Partitions.of(key, 1));
    }
    return owner;
  }
}
