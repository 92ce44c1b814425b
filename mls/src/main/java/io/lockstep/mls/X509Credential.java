package io.lockstep.mls;

import io.lockstep.mls.codec.TlsWriter;
import java.util.Arrays;
import java.util.List;

/**
 * A chain of DER certificates, the member's own first. The key of that one must be the leaf's
 * signature key (RFC 9420 section 5.3); the {@link CredentialValidator} checks that, since
 * certificates are not parsed here.
 */
public final class X509Credential implements Credential {
  private final List<byte[]> certificates;

  /**
   * DER, that of the client first, each then certified by the next (RFC 9420 section 5.3). Not
   * parsed here: a {@link CredentialValidator} does that.
   */
  public X509Credential(List<byte[]> certificates) {
    this.certificates = certificates.stream().map(byte[]::clone).toList();
  }

  /** Copies. */
  public List<byte[]> certificates() {
    return certificates.stream().map(byte[]::clone).toList();
  }

  @Override
  public int type() {
    return X509;
  }

  @Override
  public void encodeTo(TlsWriter out) {
    out.uint16(X509).vector(certificates, TlsWriter::opaque);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof X509Credential that && Arrays.equals(encode(), that.encode());
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(encode());
  }

  @Override
  public String toString() {
    return "X509Credential[" + certificates.size() + " certificates]";
  }
}
