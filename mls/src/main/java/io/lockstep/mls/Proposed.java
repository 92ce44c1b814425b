package io.lockstep.mls;

/** A proposal to send, and the group that remembers it, so that a Commit may refer to it. */
public final class Proposed {
  private final byte[] message;
  private final ProposalRef ref;
  private final Group next;

  Proposed(byte[] message, ProposalRef ref, Group next) {
    this.message = message;
    this.ref = ref;
    this.next = next;
  }

  /** An MLSMessage. A copy. */
  public byte[] message() {
    return message.clone();
  }

  /** Name of the proposal in a later Commit. */
  public ProposalRef ref() {
    return ref;
  }

  /** With the proposal among the pending ones; let it take the place of the group that proposed. */
  public Group next() {
    return next;
  }
}
