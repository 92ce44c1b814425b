package io.lockstep.mls;

/** An encrypted application message, and the group in which its key no longer exists. */
public final class Protected {
  private final byte[] message;
  private final Group next;

  Protected(byte[] message, Group next) {
    this.message = message;
    this.next = next;
  }

  /** An MLSMessage. A copy. */
  public byte[] message() {
    return message.clone();
  }

  /** Without the key that encrypted the message; let it take the place of the group that sent. */
  public Group next() {
    return next;
  }
}
