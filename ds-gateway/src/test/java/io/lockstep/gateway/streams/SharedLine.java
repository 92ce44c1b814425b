package io.lockstep.gateway.streams;

import java.util.ArrayList;
import java.util.List;

/** A connection with the sinks of some clients, to which a frame can be handed at once. */
final class SharedLine implements Line<String> {
  private final List<RecordingSink> sinks = new ArrayList<>();

  /** Frames that were handed to sinks together with others. */
  int together;

  RecordingSink sink() {
    RecordingSink sink = new RecordingSink(sinks.size());
    sinks.add(sink);
    return sink;
  }

  @Override
  public void flush() {}

  @Override
  public void deliver(String frame, int[] places, int count, Refused refused) {
    String key = frame.substring(0, frame.indexOf('/'));
    for (int i = count - 1; i >= 0; i--) {
      RecordingSink sink = sinks.get(places[i]);
      if (sink.ready()) {
        sink.delivery(key, frame);
        together++;
      } else {
        refused.at(i);
      }
    }
  }
}
