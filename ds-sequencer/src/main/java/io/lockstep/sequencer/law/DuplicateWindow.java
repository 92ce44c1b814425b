package io.lockstep.sequencer.law;

import com.google.protobuf.ByteString;
import io.lockstep.log.v1.Duplicate;
import io.lockstep.log.v1.SeenSubmission;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The same submission id again gets the same outcome: the newest submissions of a stream, at most
 * {@link StreamLimits#SEEN_MAX} and none older than {@link StreamLimits#SEEN_AGE_MAX_MILLIS}, with
 * what became of them. Oldest first.
 */
final class DuplicateWindow {
  private DuplicateWindow() {}

  /** The answer for an id that is in the window at a time. */
  static Optional<Duplicate> find(List<SeenSubmission> seen, ByteString id, long now) {
    for (int i = seen.size() - 1; i >= 0; i--) {
      SeenSubmission each = seen.get(i);
      if (each.getSubmissionId().equals(id) && isFresh(each, now)) {
        return Optional.of(duplicateOf(each));
      }
    }
    return Optional.empty();
  }

  /**
   * The window after one more submission. What is too old at its time goes; then, if there are too
   * many refusals, the oldest refusal; then, if there are too many in all, the oldest.
   */
  static List<SeenSubmission> after(List<SeenSubmission> seen, SeenSubmission newest) {
    List<SeenSubmission> next = new ArrayList<>(seen.size() + 1);
    int oldestRejected = -1;
    int rejected = 0;
    for (SeenSubmission each : seen) {
      if (isFresh(each, newest.getTimeMs())) {
        if (each.hasRejected()) {
          rejected++;
          oldestRejected = oldestRejected < 0 ? next.size() : oldestRejected;
        }
        next.add(each);
      }
    }
    next.add(newest);
    if (newest.hasRejected() && rejected >= StreamLimits.SEEN_REJECTED_MAX) {
      next.remove(oldestRejected);
    }
    if (next.size() > StreamLimits.SEEN_MAX) {
      next.removeFirst();
    }
    return next;
  }

  private static boolean isFresh(SeenSubmission seen, long now) {
    return LogTime.within(seen.getTimeMs(), now, StreamLimits.SEEN_AGE_MAX_MILLIS);
  }

  private static Duplicate duplicateOf(SeenSubmission seen) {
    return switch (seen.getOutcomeCase()) {
      case SEQUENCED -> Duplicate.newBuilder().setSequenced(seen.getSequenced()).build();
      case REJECTED -> Duplicate.newBuilder().setRejected(seen.getRejected()).build();
      case OUTCOME_NOT_SET -> Duplicate.getDefaultInstance();
    };
  }
}
