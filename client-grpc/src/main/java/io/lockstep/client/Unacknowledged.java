package io.lockstep.client;

import io.lockstep.api.v1.Attached;
import io.lockstep.api.v1.DeliveryFrame;
import io.lockstep.api.v1.StreamRef;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What has come of each stream since it was last acknowledged. The service stops at the credit that
 * it names in Attached, so half of it is acknowledged; each delivery, if it names none.
 */
final class Unacknowledged {
  private final Map<StreamRef, Count> counts = new HashMap<>();

  private static final class Count {
    private long entriesMax;
    private long bytesMax;
    private long entries;
    private long bytes;
  }

  void attached(Attached frame) {
    Count count = new Count();
    count.entriesMax = Integer.toUnsignedLong(frame.getCreditEntries()) / 2;
    count.bytesMax = Integer.toUnsignedLong(frame.getCreditBytes()) / 2;
    counts.put(frame.getStream(), count);
  }

  void delivered(StreamRef stream, List<DeliveryFrame> frames) {
    Count count = counts.computeIfAbsent(stream, first -> new Count());
    count.entries += frames.size();
    for (DeliveryFrame frame : frames) {
      count.bytes += frame.getSerializedSize();
    }
  }

  /** Whether it is time to acknowledge what is stored. */
  boolean due(StreamRef stream) {
    Count count = counts.get(stream);
    return count != null && (count.entries >= count.entriesMax || count.bytes >= count.bytesMax);
  }

  void acknowledged(StreamRef stream) {
    Count count = counts.get(stream);
    if (count != null) {
      count.entries = 0;
      count.bytes = 0;
    }
  }

  void clear() {
    counts.clear();
  }
}
