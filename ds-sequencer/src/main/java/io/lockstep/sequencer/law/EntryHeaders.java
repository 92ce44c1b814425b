package io.lockstep.sequencer.law;

import io.lockstep.log.v1.Rejected;
import io.lockstep.log.v1.StreamEntry;
import java.util.LinkedHashMap;
import java.util.Map;

/** What people see of an entry with Kafka's own tools. */
final class EntryHeaders {
  private EntryHeaders() {}

  static Map<String, String> of(StreamEntry entry) {
    return switch (entry.getOutcomeCase()) {
      case SEQUENCED ->
          headers(
              kind(entry),
              entry.getSequenced().getSequence(),
              entry.getSequenced().getEpoch(),
              "sequenced");
      case DUPLICATE ->
          entry.getDuplicate().hasSequenced()
              ? headers(
                  "duplicate",
                  entry.getDuplicate().getSequenced().getSequence(),
                  entry.getDuplicate().getSequenced().getEpoch(),
                  "duplicate")
              : rejected("duplicate", entry.getDuplicate().getRejected(), "duplicate:rejected:");
      case REJECTED -> rejected("rejected", entry.getRejected(), "rejected:");
      case OUTCOME_NOT_SET -> headers("none", 0, 0, "none");
    };
  }

  private static Map<String, String> rejected(String kind, Rejected why, String prefix) {
    return headers(kind, 0, why.getCurrentEpoch(), prefix + reason(why));
  }

  private static String reason(Rejected why) {
    return why.getReason() == Rejected.Reason.UNRECOGNIZED
        ? Integer.toString(why.getReasonValue())
        : why.getReason().name();
  }

  private static String kind(StreamEntry entry) {
    return switch (entry.getSequenced().getBodyCase()) {
      case CREATED -> "created";
      case PROPOSAL -> "proposal";
      case APPLICATION -> "application";
      case COMMIT -> "commit";
      case ITEM -> "welcome";
      case BODY_NOT_SET -> "none";
    };
  }

  private static Map<String, String> headers(
      String kind, long sequence, long epoch, String verdict) {
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("kind", kind);
    if (sequence != 0) {
      headers.put("seq", Long.toUnsignedString(sequence));
    }
    headers.put("epoch", Long.toUnsignedString(epoch));
    headers.put("verdict", verdict);
    return headers;
  }
}
