package io.lockstep.chainlog;

import com.google.protobuf.ByteString;
import java.util.Map;
import java.util.Optional;

record WholeState<S>(Codec<S> codec) implements StateCodec<S> {
  @Override
  public byte[] encode(S value) {
    return codec.encode(value);
  }

  @Override
  public S decode(byte[] bytes) throws CodecException {
    return codec.decode(bytes);
  }

  @Override
  public boolean hasHoles(S state) {
    return false;
  }

  @Override
  public S fill(S state, Map<Integer, ByteString> sealed) {
    return state;
  }

  @Override
  public void difference(Optional<S> before, S after, Changes changes) {
    // There is nothing but the head.
  }

  @Override
  public int sealedBytes(S state) {
    return 0;
  }
}
