package io.lockstep.mls;

/** What a PublicMessage or PrivateMessage carries (RFC 9420 section 6). */
public enum ContentType {
  APPLICATION(1),
  PROPOSAL(2),
  COMMIT(3);

  private static final ContentType[] ALL = values();
  private final int id;

  ContentType(int id) {
    this.id = id;
  }

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
