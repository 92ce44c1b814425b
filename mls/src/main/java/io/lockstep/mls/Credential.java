package io.lockstep.mls;

import io.lockstep.mls.codec.Encodable;
import io.lockstep.mls.codec.TlsReader;

/**
 * Who a member claims to be (RFC 9420 section 5.3). Only a {@link CredentialValidator} makes it
 * more than a claim.
 */
public sealed interface Credential extends Encodable
    permits BasicCredential, X509Credential, UnknownCredential {
  /** An identity as bytes (RFC 9420 section 5.3). */
  int BASIC = 0x0001;

  /** A chain of certificates (RFC 9420 section 5.3). */
  int X509 = 0x0002;

  /** The uint16 of the registry. */
  int type();

  /**
   * A type that is not known is taken to be one {@code opaque<V>}, the form that both types of the
   * RFC have: it cannot be carried otherwise, since the length is nowhere else.
   */
  static Credential decode(TlsReader in) throws MlsException {
    int type = in.uint16();
    return switch (type) {
      case BASIC -> new BasicCredential(in.opaque());
      case X509 -> new X509Credential(in.list(TlsReader::opaque));
      default -> new UnknownCredential(type, in.opaque());
    };
  }
}
