package io.lockstep.mls.tree;

import io.lockstep.mls.Lifetime;
import io.lockstep.mls.MlsException;
import io.lockstep.mls.codec.Encodable;
import io.lockstep.mls.codec.TlsReader;
import io.lockstep.mls.codec.TlsWriter;

/** How a leaf came into the tree, with what only that kind carries (RFC 9420 section 7.2). */
public sealed interface LeafNodeSource extends Encodable {
  /** From a KeyPackage; valid for its lifetime. */
  record FromKeyPackage(Lifetime lifetime) implements LeafNodeSource {
    @Override
    public void encodeTo(TlsWriter out) {
      out.uint8(1).put(lifetime);
    }
  }

  /** From an Update proposal. */
  record FromUpdate() implements LeafNodeSource {
    @Override
    public void encodeTo(TlsWriter out) {
      out.uint8(2);
    }
  }

  /** From the path of a Commit, bound to the parent nodes of that path by a hash. */
  final class FromCommit implements LeafNodeSource {
    private final byte[] parentHash;

    public FromCommit(byte[] parentHash) {
      this.parentHash = parentHash.clone();
    }

    /** A copy. */
    public byte[] parentHash() {
      return parentHash.clone();
    }

    @Override
    public void encodeTo(TlsWriter out) {
      out.uint8(3).opaque(parentHash);
    }
  }

  static LeafNodeSource decode(TlsReader in) throws MlsException.Malformed {
    int source = in.uint8();
    return switch (source) {
      case 1 -> new FromKeyPackage(Lifetime.decode(in));
      case 2 -> new FromUpdate();
      case 3 -> new FromCommit(in.opaque());
      default -> throw new MlsException.Malformed("leaf node source " + source);
    };
  }
}
