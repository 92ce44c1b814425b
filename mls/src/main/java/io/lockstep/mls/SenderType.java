package io.lockstep.mls;

/** In which role a message was sent (RFC 9420 section 6). */
public enum SenderType {
  MEMBER(1),
  EXTERNAL(2),
  NEW_MEMBER_PROPOSAL(3),
  NEW_MEMBER_COMMIT(4);

  private static final SenderType[] ALL = values();
  private final int id;

  SenderType(int id) {
    this.id = id;
  }

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
