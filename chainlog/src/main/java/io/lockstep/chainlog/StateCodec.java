package io.lockstep.chainlog;

import com.google.protobuf.ByteString;
import java.util.Map;
import java.util.Optional;

/**
 * States in parts. The head (part 0) changes with every entry and is small; it says which sealed
 * parts belong to it. A sealed part is written once and stays as it is until its content counts no
 * more, then it is deleted or its number is used again. So an entry costs its head, whatever the
 * size of the state.
 *
 * <p>Parts may be of different moments when they are read: after a crash, or from a topic. So a
 * sealed part says what it holds, and a fold that deletes states and makes them anew puts into head
 * and parts which life of the stream they are of.
 *
 * <p>As a {@link Codec} this is the codec of the head: {@link #decode} gives a state whose sealed
 * parts are missing. That is enough for readers who ask for nothing in them.
 *
 * @param <S> an immutable type; states that follow one from the other share their sealed parts
 */
public interface StateCodec<S> extends Codec<S> {
  int HEAD = 0;

  /** Part numbers are below this. */
  int PART_MAX = 0xffff;

  /** Takes the sealed parts that differ between two states. */
  interface Changes {
    void put(int part, byte[] bytes);

    void delete(int part);
  }

  /** Whether the head names sealed parts that are not in this state. */
  boolean hasHoles(S state);

  /**
   * A state with holes, and the sealed parts that were found of it. Parts that the head does not
   * name are left out: they are of a time before or after it. Missing ones stay holes.
   */
  S fill(S state, Map<Integer, ByteString> sealed) throws CodecException;

  /** How the sealed parts of a state differ from those of the one before it. */
  void difference(Optional<S> before, S after, Changes changes);

  /** About so many bytes of memory are held by the sealed parts that are in this state. */
  int sealedBytes(S state);

  /** States that have a head only. */
  static <S> StateCodec<S> whole(Codec<S> codec) {
    return new WholeState<>(codec);
  }
}
