package io.lockstep.sequencer.law;

import com.google.protobuf.ByteString;
import io.lockstep.api.StreamChain;
import io.lockstep.log.v1.Duplicate;
import io.lockstep.log.v1.GroupState;
import io.lockstep.log.v1.Rejected;
import io.lockstep.log.v1.SequencedAt;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * State of one stream, as {@link StreamFold} folds it. Immutable. Its windows answer a submission
 * id that comes again; what they hold is in {@link Window}.
 *
 * @param group without epochs in an inbox
 * @param newestMillis newest log time of what is in the windows
 * @param accepted by sequence number
 * @param refused by the number of the refusal
 */
public record FoldedStream(
    long sequence,
    ByteString chain,
    GroupState group,
    long newestMillis,
    Window accepted,
    Window refused) {
  static final FoldedStream BEFORE_FIRST =
      new FoldedStream(
          0,
          ByteString.copyFrom(StreamChain.zero()),
          GroupState.getDefaultInstance(),
          Long.MIN_VALUE,
          Window.empty(StreamLimits.SEEN_ACCEPTED_MAX),
          Window.empty(StreamLimits.SEEN_REFUSED_MAX));

  /** What became of a submission id at a time, if the windows have it. */
  Optional<Duplicate> find(ByteString id, long timeMillis) {
    long now = Math.max(timeMillis, newestMillis);
    ByteBuffer words = id.asReadOnlyByteBuffer();
    long high = words.getLong();
    long low = words.getLong();
    Optional<Duplicate> found = accepted.find(high, low, now).map(FoldedStream::accepted);
    return found.isPresent() ? found : refused.find(high, low, now).map(FoldedStream::refused);
  }

  private static Duplicate accepted(Remembered found) {
    return Duplicate.newBuilder()
        .setSequenced(
            SequencedAt.newBuilder().setSequence(found.number()).setEpoch(found.facts().a()))
        .build();
  }

  private static Duplicate refused(Remembered found) {
    return Duplicate.newBuilder()
        .setRejected(
            Rejected.newBuilder()
                .setReasonValue((int) found.facts().a())
                .setCurrentEpoch(found.facts().b())
                .setWinnerSequence(found.facts().c()))
        .build();
  }

  /** Number of the refusal that comes next. */
  long nextRefusal() {
    return refused.newest() + 1;
  }
}
