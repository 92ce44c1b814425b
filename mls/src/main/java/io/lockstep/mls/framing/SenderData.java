package io.lockstep.mls.framing;

import io.lockstep.mls.MlsException;
import io.lockstep.mls.codec.Encodable;
import io.lockstep.mls.codec.TlsReader;
import io.lockstep.mls.codec.TlsWriter;
import io.lockstep.mls.tree.LeafIndex;
import java.security.SecureRandom;

/** Which key protects a PrivateMessage (RFC 9420 section 6.3.2). */
public final class SenderData implements Encodable {
  private static final int REUSE_GUARD_LENGTH = 4;

  private final LeafIndex leaf;
  private final long generation;
  private final byte[] reuseGuard;

  private SenderData(LeafIndex leaf, long generation, byte[] reuseGuard) {
    this.leaf = leaf;
    this.generation = generation;
    this.reuseGuard = reuseGuard;
  }

  /** With a fresh reuse guard. */
  public static SenderData create(LeafIndex leaf, long generation, SecureRandom random) {
    byte[] reuseGuard = new byte[REUSE_GUARD_LENGTH];
    random.nextBytes(reuseGuard);
    return new SenderData(leaf, generation, reuseGuard);
  }

  static SenderData decode(TlsReader in) throws MlsException {
    return new SenderData(LeafIndex.decode(in), in.uint32(), in.raw(REUSE_GUARD_LENGTH));
  }

  public LeafIndex leaf() {
    return leaf;
  }

  /** A uint32. */
  public long generation() {
    return generation;
  }

  byte[] reuseGuard() {
    return reuseGuard;
  }

  @Override
  public void encodeTo(TlsWriter out) {
    out.put(leaf).uint32(generation).raw(reuseGuard);
  }
}
