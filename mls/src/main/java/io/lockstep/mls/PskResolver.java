package io.lockstep.mls;

import io.lockstep.mls.crypto.CipherSuite;
import io.lockstep.mls.crypto.Secret;
import io.lockstep.mls.message.PreSharedKeyId;
import io.lockstep.mls.schedule.PskSecret;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Finds the PSKs that a Commit or a Welcome names and folds them (RFC 9420 section 8.4). */
final class PskResolver {
  private PskResolver() {}

  /** {@code source} is asked for resumption PSKs as well. Invalid if one is not available. */
  static Secret pskSecret(CipherSuite suite, List<PreSharedKeyId> ids, PskSource source)
      throws MlsException.Invalid {
    List<PskSecret.Entry> entries = new ArrayList<>();
    for (PreSharedKeyId id : ids) {
      Optional<Secret> psk =
          switch (id) {
            case PreSharedKeyId.External external -> source.external(external.id());
            case PreSharedKeyId.Resumption resumption ->
                source.resumption(resumption.group(), resumption.epoch());
          };
      entries.add(
          new PskSecret.Entry(
              id,
              psk.orElseThrow(
                  () -> new MlsException.Invalid(Rule.PSK_AVAILABLE, "a PSK is missing"))));
    }
    return PskSecret.of(suite, entries);
  }
}
