package io.lockstep.mls.message;

import io.lockstep.mls.MlsException;
import io.lockstep.mls.codec.Encodable;
import io.lockstep.mls.codec.TlsReader;
import io.lockstep.mls.codec.TlsWriter;
import io.lockstep.mls.crypto.Secret;
import java.util.List;
import java.util.Optional;

/** What a Welcome tells one joiner (RFC 9420 section 12.4.3.1). */
public record GroupSecrets(
    Secret joinerSecret, Optional<Secret> pathSecret, List<PreSharedKeyId> psks)
    implements Encodable, AutoCloseable {
  public GroupSecrets {
    psks = List.copyOf(psks);
  }

  public static GroupSecrets decode(TlsReader in) throws MlsException {
    return new GroupSecrets(
        Secret.take(in.opaque()),
        in.optional(path -> Secret.take(path.opaque())),
        in.list(PreSharedKeyId::decode));
  }

  /** Overwrites the secrets. */
  @Override
  public void close() {
    joinerSecret.close();
    pathSecret.ifPresent(Secret::close);
  }

  @Override
  public void encodeTo(TlsWriter out) {
    out.opaque(joinerSecret.expose())
        .optional(pathSecret.map(secret -> path -> path.opaque(secret.expose())))
        .vector(psks);
  }
}
