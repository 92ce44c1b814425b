package io.lockstep.sequencer.law;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.lockstep.chainlog.CodecException;
import io.lockstep.log.v1.SeenSegment;
import java.nio.ByteBuffer;
import java.util.List;

/** A {@link Segment} and its message, for the two kinds of outcome. */
enum SeenColumns {
  ACCEPTED {
    @Override
    void putFacts(Segment segment, int slot, SeenSegment.Builder message) {
      message.addEpochs(segment.fact(0, slot));
    }

    @Override
    long[][] facts(SeenSegment message) {
      return new long[][] {longs(message.getEpochsList()), {}, {}};
    }
  },
  REFUSED {
    @Override
    void putFacts(Segment segment, int slot, SeenSegment.Builder message) {
      message
          .addReasons((int) segment.fact(0, slot))
          .addCurrentEpochs(segment.fact(1, slot))
          .addWinnerSequences(segment.fact(2, slot));
    }

    @Override
    long[][] facts(SeenSegment message) {
      return new long[][] {
        message.getReasonsList().stream().mapToLong(Integer::longValue).toArray(),
        longs(message.getCurrentEpochsList()),
        longs(message.getWinnerSequencesList())
      };
    }
  };

  private static final int ID_BYTES = StreamLimits.SUBMISSION_ID_BYTES;

  abstract void putFacts(Segment segment, int slot, SeenSegment.Builder message);

  abstract long[][] facts(SeenSegment message);

  SeenSegment message(Segment segment) {
    int size = segment.size();
    ByteBuffer ids = ByteBuffer.allocate(size * ID_BYTES);
    SeenSegment.Builder message = SeenSegment.newBuilder().setIndex(segment.index());
    long timeBefore = 0;
    for (int slot = 0; slot < size; slot++) {
      ids.putLong(segment.idWord(2 * slot)).putLong(segment.idWord(2 * slot + 1));
      message.addTimesMs(segment.time(slot) - timeBefore);
      timeBefore = segment.time(slot);
      putFacts(segment, slot, message);
    }
    return message
        .setMissing(~segment.known() & all(size))
        .setSubmissionIds(UnsafeByteOperations.unsafeWrap(ids.array()))
        .build();
  }

  Segment segment(SeenSegment message) throws CodecException {
    int size = message.getTimesMsCount();
    ByteString ids = message.getSubmissionIds();
    long[][] facts = facts(message);
    boolean fits =
        size <= Segment.SLOTS && ids.size() == size * ID_BYTES && message.getIndex() >= 0;
    for (long[] column : facts) {
      fits &= column.length == 0 || column.length == size;
    }
    if (!fits) {
      throw new CodecException("a segment of a window whose columns do not fit together");
    }
    long[] words = new long[2 * size];
    ids.asReadOnlyByteBuffer().asLongBuffer().get(words);
    long[] times = longs(message.getTimesMsList());
    for (int slot = 1; slot < size; slot++) {
      times[slot] += times[slot - 1];
    }
    int known = ~message.getMissing() & all(size);
    return new Segment(message.getIndex(), known, words, times, facts);
  }

  private static int all(int size) {
    return size == Segment.SLOTS ? -1 : (1 << size) - 1;
  }

  private static long[] longs(List<Long> values) {
    return values.stream().mapToLong(Long::longValue).toArray();
  }
}
