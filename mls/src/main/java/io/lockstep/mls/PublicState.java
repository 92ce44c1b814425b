package io.lockstep.mls;

import io.lockstep.mls.crypto.CipherSuite;
import io.lockstep.mls.message.GroupContext;
import io.lockstep.mls.tree.RatchetTree;

/** What anyone who reads a group's public handshakes knows of it in an epoch. */
interface PublicState {
  GroupContext context();

  RatchetTree tree();

  /** Those of this epoch. */
  ProposalCache proposals();

  GroupState.Phase phase();

  default void requireActive() throws MlsException.Invalid {
    if (phase() instanceof GroupState.Phase.Closed) {
      throw new MlsException.Invalid(
          Rule.GROUP_RE_INITIALIZED, "after a ReInit nothing more is sent in this group");
    }
  }

  default CipherSuite suite() {
    return context().suite();
  }
}
