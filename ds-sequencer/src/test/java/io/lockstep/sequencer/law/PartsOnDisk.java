package io.lockstep.sequencer.law;

import com.google.protobuf.ByteString;
import io.lockstep.chainlog.CodecException;
import io.lockstep.chainlog.StateCodec;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The parts of one stream's state, as a store has them. */
final class PartsOnDisk {
  final Map<Integer, ByteString> parts = new TreeMap<>();
  int sealedWrites;

  void store(StateCodec<FoldedStream> codec, Optional<FoldedStream> before, FoldedStream after) {
    codec.difference(
        before,
        after,
        new StateCodec.Changes() {
          @Override
          public void put(int part, byte[] bytes) {
            parts.put(part, ByteString.copyFrom(bytes));
            sealedWrites++;
          }

          @Override
          public void delete(int part) {
            parts.remove(part);
          }
        });
    parts.put(StateCodec.HEAD, ByteString.copyFrom(codec.encode(after)));
  }

  FoldedStream load(StateCodec<FoldedStream> codec) {
    try {
      FoldedStream head = codec.decode(parts.get(StateCodec.HEAD).toByteArray());
      return codec.hasHoles(head) ? codec.fill(head, parts) : head;
    } catch (CodecException e) {
      throw new AssertionError(e);
    }
  }
}
