package io.lockstep.mls.schedule;

import io.lockstep.mls.codec.Encodable;
import io.lockstep.mls.codec.TlsWriter;
import io.lockstep.mls.crypto.CipherSuite;
import io.lockstep.mls.crypto.Secret;
import java.util.List;

/**
 * Folds pre-shared keys into the one secret that enters the key schedule (RFC 9420 section 8.4).
 */
public final class PskSecret {
  /** A PSK with its PreSharedKeyID. */
  public record Entry(Encodable id, Secret psk) {}

  private PskSecret() {}

  /** {@code psk_secret_[n]}; all zeros for an empty list. The order counts. */
  public static Secret of(CipherSuite suite, List<Entry> psks) {
    Secret result = Secret.zeros(suite.hashLength());
    for (int i = 0; i < psks.size(); i++) {
      Entry entry = psks.get(i);
      byte[] label = new TlsWriter().put(entry.id).uint16(i).uint16(psks.size()).toByteArray();
      try (Secret zeros = Secret.zeros(suite.hashLength());
          Secret extracted = suite.extract(zeros, entry.psk);
          Secret input =
              suite.expandWithLabel(extracted, "derived psk", label, suite.hashLength());
          Secret before = result) {
        result = suite.extract(input, before);
      }
    }
    return result;
  }
}
