package io.lockstep.chainlog.simulation;

import com.google.protobuf.ByteString;
import io.lockstep.chainlog.owner.Submission;

/** What the clients of a simulated world submit. */
public interface Workload {
  /** The partition's next submission, which Kafka has put at this offset. */
  Submission next(long offset);

  /** A reader of the world has seen an entry of the log; each is told once, in order. */
  default void seen(long source, ByteString entry) {}
}
