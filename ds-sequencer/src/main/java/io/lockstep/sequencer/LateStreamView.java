package io.lockstep.sequencer;

import com.google.protobuf.ByteString;
import io.lockstep.chainlog.HistoryPage;
import io.lockstep.chainlog.LogName;
import io.lockstep.chainlog.NotOwner;
import io.lockstep.chainlog.StateAnswer;
import io.lockstep.chainlog.StreamView;

/**
 * Stands in for the owner's view until there is an owner: the owner must know the port, so the port
 * is opened first.
 */
final class LateStreamView implements StreamView {
  private static final int NONE = -1;

  private final LogName log;
  private volatile StreamView view;

  LateStreamView(LogName log) {
    this.log = log;
  }

  void set(StreamView owner) {
    view = owner;
  }

  @Override
  public LogName log() {
    return log;
  }

  @Override
  public StateAnswer<ByteString> stateBytes(String key) throws NotOwner {
    return owner().stateBytes(key);
  }

  @Override
  public HistoryPage<ByteString> historyBytes(
      String key, long afterSequence, int maxEntries, int maxBytes) throws NotOwner {
    return owner().historyBytes(key, afterSequence, maxEntries, maxBytes);
  }

  private StreamView owner() throws NotOwner {
    StreamView there = view;
    if (there == null) {
      throw new NotOwner(log, NONE);
    }
    return there;
  }
}
