package io.lockstep.sequencer.law;

import io.lockstep.log.v1.Rejected;
import io.lockstep.log.v1.SequencedAt;
import io.lockstep.log.v1.StreamEntry;

/** An answer in the words of {@link ReferenceStreams}. */
final class Words {
  private Words() {}

  static String of(StreamEntry entry) {
    return switch (entry.getOutcomeCase()) {
      case SEQUENCED ->
          "sequenced " + entry.getSequenced().getSequence() + " " + entry.getSequenced().getEpoch();
      case REJECTED -> of(entry.getRejected());
      case DUPLICATE -> {
        SequencedAt at = entry.getDuplicate().getSequenced();
        yield entry.getDuplicate().hasSequenced()
            ? "duplicate sequenced " + at.getSequence() + " " + at.getEpoch()
            : "duplicate " + of(entry.getDuplicate().getRejected());
      }
      case OUTCOME_NOT_SET -> "nothing";
    };
  }

  private static String of(Rejected why) {
    return "rejected "
        + why.getReason()
        + " "
        + why.getCurrentEpoch()
        + " "
        + why.getWinnerSequence();
  }
}
