package io.lockstep.mls;

import io.lockstep.mls.codec.Encodable;
import io.lockstep.mls.codec.TlsReader;
import io.lockstep.mls.codec.TlsWriter;
import io.lockstep.mls.framing.Sender;
import io.lockstep.mls.message.Proposal;

/** A proposal that was received, or sent, in the current epoch. Its signature was verified. */
record CachedProposal(ProposalRef ref, Sender sender, Proposal proposal) implements Encodable {
  static CachedProposal decode(TlsReader in) throws MlsException {
    return new CachedProposal(ProposalRef.decode(in), Sender.decode(in), Proposal.decode(in));
  }

  @Override
  public void encodeTo(TlsWriter out) {
    out.put(ref).put(sender).put(proposal);
  }
}
