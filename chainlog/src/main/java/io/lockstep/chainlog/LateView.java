package io.lockstep.chainlog;

import com.google.protobuf.ByteString;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Breaks the circle at the start: the internal port serves the fold's view, and the fold must know
 * the port, since it goes into the watermarks. Until the fold is there, this process owns nothing.
 */
public final class LateView implements StreamView {
  private final LogName log;
  private final int partitions;
  private final AtomicReference<Optional<StreamView>> view =
      new AtomicReference<>(Optional.empty());

  public LateView(LogName log, int partitions) {
    this.log = log;
    this.partitions = partitions;
  }

  public void set(StreamView started) {
    view.set(Optional.of(started));
  }

  @Override
  public LogName log() {
    return log;
  }

  @Override
  public CompletableFuture<Void> folded(String key, long asOf) throws NotOwner {
    return view(key).folded(key, asOf);
  }

  @Override
  public StateAnswer<ByteString> stateBytes(String key) throws NotOwner {
    return view(key).stateBytes(key);
  }

  @Override
  public HistoryPage<ByteString> historyBytes(
      String key, long afterSequence, int maxEntries, int maxBytes) throws NotOwner {
    return view(key).historyBytes(key, afterSequence, maxEntries, maxBytes);
  }

  private StreamView view(String key) throws NotOwner {
    return view.get().orElseThrow(() -> new NotOwner(log, Partitions.of(key, partitions)));
  }
}
