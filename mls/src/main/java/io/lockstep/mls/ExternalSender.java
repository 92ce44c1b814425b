package io.lockstep.mls;

import io.lockstep.mls.codec.Encodable;
import io.lockstep.mls.codec.TlsReader;
import io.lockstep.mls.codec.TlsWriter;
import io.lockstep.mls.crypto.SignaturePublicKey;
import java.util.List;
import java.util.Optional;

/**
 * Someone outside of a group who may send proposals to it, such as a service that removes idle
 * members (RFC 9420 section 12.1.8.1). Its place in the list is its sender index.
 */
public record ExternalSender(SignaturePublicKey signatureKey, Credential credential)
    implements Encodable {

  /** The external_senders extension for a GroupContext: {@link Group#create} and others. */
  public static Extension extension(List<ExternalSender> senders) {
    return new Extension(
        Extension.EXTERNAL_SENDERS, new TlsWriter().vector(List.copyOf(senders)).toByteArray());
  }

  /** Those that the extensions of a GroupContext name, by their index; none if there are none. */
  public static List<ExternalSender> in(List<Extension> groupContextExtensions)
      throws MlsException {
    Optional<Extension> found = Extension.find(groupContextExtensions, Extension.EXTERNAL_SENDERS);
    return found.isEmpty()
        ? List.of()
        : TlsReader.decodeAll(found.get().data(), in -> in.list(ExternalSender::decode));
  }

  static ExternalSender decode(TlsReader in) throws MlsException {
    return new ExternalSender(SignaturePublicKey.decode(in), Credential.decode(in));
  }

  @Override
  public void encodeTo(TlsWriter out) {
    out.put(signatureKey).put(credential);
  }
}
