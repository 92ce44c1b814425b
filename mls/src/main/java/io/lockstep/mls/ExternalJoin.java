package io.lockstep.mls;

/**
 * The Commit by which a newcomer adds itself (RFC 9420 section 12.4.3.2), always a PublicMessage,
 * and the group as it is if the Delivery Service accepts that Commit.
 */
public final class ExternalJoin {
  private final byte[] commit;
  private final Group next;

  ExternalJoin(byte[] commit, Group next) {
    this.commit = commit;
    this.next = next;
  }

  /** An MLSMessage. A copy. */
  public byte[] commit() {
    return commit.clone();
  }

  public Group next() {
    return next;
  }
}
