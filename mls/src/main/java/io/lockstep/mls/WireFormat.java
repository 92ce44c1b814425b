package io.lockstep.mls;

/** What an MLSMessage carries (RFC 9420 section 17.2). */
public enum WireFormat {
  /** Signed, readable by anyone (section 6.2). */
  PUBLIC_MESSAGE(1),
  /** Signed and encrypted (section 6.3). */
  PRIVATE_MESSAGE(2),
  /** Lets those in whom a Commit adds (section 12.4.3.1). */
  WELCOME(3),
  /** What a joiner must know of a group (section 12.4.3). */
  GROUP_INFO(4),
  /** By which a client can be added (section 10). */
  KEY_PACKAGE(5);

  private static final WireFormat[] ALL = values();
  private final int id;

  WireFormat(int id) {
    this.id = id;
  }

  /** {@code id}: a uint16. Unsupported for a number that is not one of these. */
  public static WireFormat of(int id) throws MlsException.Unsupported {
    for (WireFormat each : ALL) {
      if (each.id == id) {
        return each;
      }
    }
    throw new MlsException.Unsupported("wire format " + id);
  }

  /** The number on the wire. */
  public int id() {
    return id;
  }
}
