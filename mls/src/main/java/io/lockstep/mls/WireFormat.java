package io.lockstep.mls;

/** What an MLSMessage carries (RFC 9420 section 17.2). */
public enum WireFormat {
  PUBLIC_MESSAGE(1),
  PRIVATE_MESSAGE(2),
  WELCOME(3),
  GROUP_INFO(4),
  KEY_PACKAGE(5);

  private static final WireFormat[] ALL = values();
  private final int id;

  WireFormat(int id) {
    this.id = id;
  }

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
