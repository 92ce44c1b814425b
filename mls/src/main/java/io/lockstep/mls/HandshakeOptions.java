package io.lockstep.mls;

/** How a proposal or Commit is framed. */
public final class HandshakeOptions {
  private final WireFormat wireFormat;
  private final byte[] authenticatedData;

  private HandshakeOptions(WireFormat wireFormat, byte[] authenticatedData) {
    this.wireFormat = wireFormat;
    this.authenticatedData = authenticatedData;
  }

  /** Encrypted: the Delivery Service learns neither sender nor content. */
  public static HandshakeOptions privateMessage() {
    return new HandshakeOptions(WireFormat.PRIVATE_MESSAGE, new byte[0]);
  }

  /** Signed only: the Delivery Service can follow the membership. */
  public static HandshakeOptions publicMessage() {
    return new HandshakeOptions(WireFormat.PUBLIC_MESSAGE, new byte[0]);
  }

  /** Bytes that everyone can read and that are covered by the signature. */
  public HandshakeOptions withAuthenticatedData(byte[] data) {
    return new HandshakeOptions(wireFormat, data.clone());
  }

  WireFormat wireFormat() {
    return wireFormat;
  }

  byte[] authenticatedData() {
    return authenticatedData;
  }
}
