package io.lockstep.mls;

/** What a PublicMessage or PrivateMessage carries (RFC 9420 section 6). */
public enum ContentType {
  /** Bytes of the application; only in a PrivateMessage. */
  APPLICATION(1),
  /** A change that someone wants (section 12.1). */
  PROPOSAL(2),
  /** Opens the next epoch (section 12.4). */
  COMMIT(3);

  private static final ContentType[] ALL = values();
  private final int id;

  ContentType(int id) {
    this.id = id;
  }

  /** {@code id}: a uint8. Malformed for a number that is not one of these. */
  public static ContentType of(int id) throws MlsException.Malformed {
    for (ContentType each : ALL) {
      if (each.id == id) {
        return each;
      }
    }
    throw new MlsException.Malformed("content type " + id);
  }

  /** The number on the wire. */
  public int id() {
    return id;
  }
}
