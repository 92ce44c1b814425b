package io.lockstep.sequencer.probe;

import com.google.protobuf.ByteString;
import io.lockstep.api.StreamChain;
import io.lockstep.log.v1.Sequenced;
import io.lockstep.sequencer.law.Payload;
import java.util.HashMap;
import java.util.Map;

/** A stream's entries are numbered 1, 2, 3 ... and each continues the stream's chain. */
public final class DenseSequence implements Law {
  private record Head(long sequence, ByteString chain) {
    static final Head START = new Head(0, ByteString.copyFrom(StreamChain.zero()));
  }

  private final Map<String, Head> heads = new HashMap<>();

  @Override
  public void observe(Observation seen) {
    if (!seen.entry().hasSequenced()) {
      return;
    }
    Sequenced entry = seen.entry().getSequenced();
    Head before = heads.getOrDefault(seen.stream(), Head.START);
    LawBroken.unless(
        entry.getSequence() == before.sequence + 1,
        this,
        seen,
        entry.getSequence() + " follows " + before.sequence);
    byte[] chain =
        StreamChain.next(
            before.chain.toByteArray(),
            seen.entry().getStreamId().toByteArray(),
            entry.getSequence(),
            entry.getEpoch(),
            Payload.of(entry).toByteArray());
    LawBroken.unless(
        entry.getChain().equals(ByteString.copyFrom(chain)), this, seen, "chain is broken");
    heads.put(seen.stream(), new Head(entry.getSequence(), entry.getChain()));
  }
}
