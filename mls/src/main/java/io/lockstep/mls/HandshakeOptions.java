package io.lockstep.mls;

/**
 * How a proposal or Commit is framed. Immutable: each method returns a changed copy. Unless told
 * otherwise there is no authenticated data and no padding.
 */
public final class HandshakeOptions {
  private final WireFormat wireFormat;
  private final byte[] authenticatedData;
  private final Padding padding;

  private HandshakeOptions(WireFormat wireFormat, byte[] authenticatedData, Padding padding) {
    this.wireFormat = wireFormat;
    this.authenticatedData = authenticatedData;
    this.padding = padding;
  }

  /** Encrypted: the Delivery Service learns neither sender nor content. */
  public static HandshakeOptions privateMessage() {
    return new HandshakeOptions(WireFormat.PRIVATE_MESSAGE, new byte[0], Padding.none());
  }

  /** Signed only: the Delivery Service can follow the membership. */
  public static HandshakeOptions publicMessage() {
    return new HandshakeOptions(WireFormat.PUBLIC_MESSAGE, new byte[0], Padding.none());
  }

  /** Bytes that everyone can read and that are covered by the signature. */
  public HandshakeOptions withAuthenticatedData(byte[] data) {
    return new HandshakeOptions(wireFormat, data.clone(), padding);
  }

  /** Hides the length of a PrivateMessage; a PublicMessage has no padding. */
  public HandshakeOptions withPadding(Padding policy) {
    return new HandshakeOptions(wireFormat, authenticatedData, policy);
  }

  WireFormat wireFormat() {
    return wireFormat;
  }

  byte[] authenticatedData() {
    return authenticatedData;
  }

  Padding padding() {
    return padding;
  }
}
