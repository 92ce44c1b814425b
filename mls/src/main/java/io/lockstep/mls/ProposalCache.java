package io.lockstep.mls;

import io.lockstep.mls.codec.Encodable;
import io.lockstep.mls.codec.TlsReader;
import io.lockstep.mls.codec.TlsWriter;
import io.lockstep.mls.crypto.HpkeKeyPair;
import io.lockstep.mls.crypto.HpkePublicKey;
import io.lockstep.mls.crypto.Secret;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The proposals of the current epoch in the order in which they came, and the private keys of own
 * Updates among them (RFC 9420 section 12.1). Immutable.
 */
record ProposalCache(List<CachedProposal> proposals, List<HpkeKeyPair> updateKeys)
    implements Encodable {
  /** So many proposals are remembered in one epoch; more are refused until a Commit clears them. */
  static final int PROPOSALS_MAX = 4_096;

  static final ProposalCache EMPTY = new ProposalCache(List.of(), List.of());

  ProposalCache {
    proposals = List.copyOf(proposals);
    updateKeys = List.copyOf(updateKeys);
  }

  ProposalCache with(CachedProposal proposal) throws MlsException.Invalid {
    if (find(proposal.ref()).isPresent()) {
      return this;
    }
    if (proposals.size() >= PROPOSALS_MAX) {
      throw new MlsException.Invalid(
          Rule.PROPOSALS_PER_EPOCH, "more than " + PROPOSALS_MAX + " proposals in an epoch");
    }
    List<CachedProposal> more = new ArrayList<>(proposals);
    more.add(proposal);
    return new ProposalCache(more, updateKeys);
  }

  ProposalCache withUpdateKey(HpkeKeyPair keys) {
    List<HpkeKeyPair> more = new ArrayList<>(updateKeys);
    more.add(keys);
    return new ProposalCache(proposals, more);
  }

  Optional<CachedProposal> find(ProposalRef ref) {
    return proposals.stream().filter(proposal -> proposal.ref().equals(ref)).findFirst();
  }

  Optional<HpkeKeyPair> updateKey(HpkePublicKey publicKey) {
    return updateKeys.stream().filter(keys -> keys.publicKey().equals(publicKey)).findFirst();
  }

  static ProposalCache decode(TlsReader in) throws MlsException {
    return new ProposalCache(
        in.list(CachedProposal::decode),
        in.list(keys -> new HpkeKeyPair(Secret.take(keys.opaque()), HpkePublicKey.decode(keys))));
  }

  @Override
  public void encodeTo(TlsWriter out) {
    out.vector(proposals)
        .vector(
            updateKeys,
            (each, keys) -> each.opaque(keys.privateKey().expose()).put(keys.publicKey()));
  }
}
