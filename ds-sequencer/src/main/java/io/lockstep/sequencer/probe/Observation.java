package io.lockstep.sequencer.probe;

import io.lockstep.api.StreamKey;
import io.lockstep.chainlog.SubmissionPoint;
import io.lockstep.log.v1.StreamCommand;
import io.lockstep.log.v1.StreamEntry;

/** A submission, its place in the order, and the entry that answered it. */
public record Observation(StreamCommand command, SubmissionPoint at, StreamEntry entry) {
  public String stream() {
    return StreamKey.of(entry);
  }
}
