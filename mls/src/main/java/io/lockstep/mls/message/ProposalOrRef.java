package io.lockstep.mls.message;

import io.lockstep.mls.MlsException;
import io.lockstep.mls.ProposalRef;
import io.lockstep.mls.codec.Encodable;
import io.lockstep.mls.codec.TlsReader;
import io.lockstep.mls.codec.TlsWriter;

/**
 * A proposal in a Commit: itself, or the name of one that was sent before (RFC 9420 section 12.4).
 */
public sealed interface ProposalOrRef extends Encodable {
  record Inline(Proposal proposal) implements ProposalOrRef {}

  record ByReference(ProposalRef ref) implements ProposalOrRef {}

  static ProposalOrRef decode(TlsReader in) throws MlsException {
    int type = in.uint8();
    return switch (type) {
      case 1 -> new Inline(Proposal.decode(in));
      case 2 -> new ByReference(ProposalRef.decode(in));
      default -> throw new MlsException.Malformed("ProposalOrRef type " + type);
    };
  }

  @Override
  default void encodeTo(TlsWriter out) {
    switch (this) {
      case Inline(Proposal proposal) -> out.uint8(1).put(proposal);
      case ByReference(ProposalRef ref) -> out.uint8(2).put(ref);
    }
  }
}
