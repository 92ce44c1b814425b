package io.lockstep.mls;

/** In which role a message was sent (RFC 9420 section 6). */
public enum SenderType {
  /** The member at a leaf. */
  MEMBER(1),
  /** One of the group's external_senders (section 12.1.8.1). */
  EXTERNAL(2),
  /** A client that proposes to add itself (section 12.1.8). */
  NEW_MEMBER_PROPOSAL(3),
  /** A client that joins by an external Commit (section 12.4.3.2). */
  NEW_MEMBER_COMMIT(4);

  private static final SenderType[] ALL = values();
  private final int id;

  SenderType(int id) {
    this.id = id;
  }

  /** {@code id}: a uint8. Malformed for a number that is not one of these. */
  public static SenderType of(int id) throws MlsException.Malformed {
    for (SenderType each : ALL) {
      if (each.id == id) {
        return each;
      }
    }
    throw new MlsException.Malformed("sender type " + id);
  }

  /** The number on the wire. */
  public int id() {
    return id;
  }
}
