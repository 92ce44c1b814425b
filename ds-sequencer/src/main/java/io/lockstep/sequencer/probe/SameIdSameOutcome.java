package io.lockstep.sequencer.probe;

import com.google.protobuf.ByteString;
import io.lockstep.log.v1.Duplicate;
import io.lockstep.log.v1.Rejected;
import io.lockstep.log.v1.SequencedAt;
import io.lockstep.log.v1.StreamEntry;
import io.lockstep.sequencer.law.StreamLimits;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A submission id that comes again gets the outcome of then, marked as a duplicate, exactly as long
 * as it is in the stream's window: among the newest 1,024 accepted or 256 refused ones, and for 24
 * hours. A duplicate always has an original.
 */
public final class SameIdSameOutcome implements Law {
  private static final class Answer {
    final boolean rejected;
    final Duplicate outcome;
    final long timeMillis;
    final long number;
    boolean outlived;

    Answer(StreamEntry entry, Stream stream) {
      this.rejected = entry.hasRejected();
      this.outcome = outcome(entry);
      this.timeMillis = entry.getTimeMs();
      this.number = stream.count(rejected);
    }
  }

  private static final class Stream {
    final Map<ByteString, Answer> answered = new LinkedHashMap<>();
    long accepted;
    long rejected;

    long count(boolean ofRejected) {
      return ofRejected ? rejected : accepted;
    }

    /** More of one sort than this cannot be in the window. */
    void keepNewest(boolean rejected, int max) {
      long there = answered.values().stream().filter(each -> each.rejected == rejected).count();
      Iterator<Answer> oldestFirst = answered.values().iterator();
      while (there > max) {
        if (oldestFirst.next().rejected == rejected) {
          oldestFirst.remove();
          there--;
        }
      }
    }
  }

  private final Map<String, Stream> streams = new HashMap<>();

  @Override
  public void observe(Observation seen) {
    StreamEntry entry = seen.entry();
    ByteString id = entry.getSubmissionId();
    boolean begins = entry.hasSequenced() && entry.getSequenced().getSequence() == 1;
    if (begins) {
      streams.put(seen.stream(), new Stream());
    }
    Stream stream = streams.get(seen.stream());
    if (stream == null || id.isEmpty()) {
      LawBroken.unless(!entry.hasDuplicate(), this, seen, "duplicate of nothing");
      return;
    }
    // A time jump forgets what it is too late for, even if the clock goes back afterwards.
    Answer before = stream.answered.get(id);
    if (entry.hasDuplicate()) {
      LawBroken.unless(before != null, this, seen, "duplicate of nothing");
      LawBroken.unless(
          before.outcome.equals(entry.getDuplicate()), this, seen, "not the outcome of then");
      LawBroken.unless(
          !isForgotten(stream, before, entry.getTimeMs()), this, seen, "remembered for too long");
      return;
    }
    LawBroken.unless(
        before == null || isForgotten(stream, before, entry.getTimeMs()),
        this,
        seen,
        "answered anew within the window");
    record(stream, id, entry);
  }

  private static boolean isForgotten(Stream stream, Answer answer, long now) {
    return answer.outlived
        || tooOld(answer, now)
        || stream.count(answer.rejected) - answer.number >= max(answer.rejected);
  }

  private static int max(boolean ofRejected) {
    return ofRejected ? StreamLimits.SEEN_REFUSED_MAX : StreamLimits.SEEN_ACCEPTED_MAX;
  }

  private static boolean tooOld(Answer answer, long now) {
    long end = answer.timeMillis + StreamLimits.SEEN_AGE_MAX_MILLIS;
    return end >= answer.timeMillis && now > end;
  }

  private static void record(Stream stream, ByteString id, StreamEntry entry) {
    stream.accepted += entry.hasSequenced() ? 1 : 0;
    stream.rejected += entry.hasRejected() ? 1 : 0;
    for (Answer each : stream.answered.values()) {
      each.outlived |= tooOld(each, entry.getTimeMs());
    }
    stream.answered.remove(id);
    stream.answered.put(id, new Answer(entry, stream));
    stream.keepNewest(entry.hasRejected(), max(entry.hasRejected()));
  }

  private static Duplicate outcome(StreamEntry entry) {
    if (entry.hasRejected()) {
      Rejected rejected = entry.getRejected();
      return Duplicate.newBuilder().setRejected(rejected).build();
    }
    return Duplicate.newBuilder()
        .setSequenced(
            SequencedAt.newBuilder()
                .setSequence(entry.getSequenced().getSequence())
                .setEpoch(entry.getSequenced().getEpoch()))
        .build();
  }
}
