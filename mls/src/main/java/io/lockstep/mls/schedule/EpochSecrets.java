package io.lockstep.mls.schedule;

import io.lockstep.mls.MlsException;
import io.lockstep.mls.codec.Encodable;
import io.lockstep.mls.codec.TlsReader;
import io.lockstep.mls.codec.TlsWriter;
import io.lockstep.mls.crypto.CipherSuite;
import io.lockstep.mls.crypto.HpkeKeyPair;
import io.lockstep.mls.crypto.Secret;
import java.util.List;

/**
 * What a member keeps of the key schedule during an epoch (RFC 9420 section 8, table 4). The epoch
 * secret is not here, and neither is the encryption secret: it lives in the {@link SecretTree}
 * until that tree consumes it.
 */
public final class EpochSecrets implements Encodable {
  private final Secret senderData;
  private final Secret exporter;
  private final Secret external;
  private final Secret confirmation;
  private final Secret membership;
  private final Secret resumption;
  private final Secret authenticator;
  private final Secret init;

  private EpochSecrets(
      Secret senderData,
      Secret exporter,
      Secret external,
      Secret confirmation,
      Secret membership,
      Secret resumption,
      Secret authenticator,
      Secret init) {
    this.senderData = senderData;
    this.exporter = exporter;
    this.external = external;
    this.confirmation = confirmation;
    this.membership = membership;
    this.resumption = resumption;
    this.authenticator = authenticator;
    this.init = init;
  }

  static EpochSecrets derive(CipherSuite suite, Secret epochSecret) {
    return new EpochSecrets(
        suite.deriveSecret(epochSecret, "sender data"),
        suite.deriveSecret(epochSecret, "exporter"),
        suite.deriveSecret(epochSecret, "external"),
        suite.deriveSecret(epochSecret, "confirm"),
        suite.deriveSecret(epochSecret, "membership"),
        suite.deriveSecret(epochSecret, "resumption"),
        suite.deriveSecret(epochSecret, "authentication"),
        suite.deriveSecret(epochSecret, "init"));
  }

  /** The counterpart of {@link #encodeTo}. */
  public static EpochSecrets decode(TlsReader in) throws MlsException.Malformed {
    return new EpochSecrets(
        secret(in),
        secret(in),
        secret(in),
        secret(in),
        secret(in),
        secret(in),
        secret(in),
        secret(in));
  }

  private static Secret secret(TlsReader in) throws MlsException.Malformed {
    return Secret.take(in.opaque());
  }

  @Override
  public void encodeTo(TlsWriter out) {
    out.opaque(senderData.expose())
        .opaque(exporter.expose())
        .opaque(external.expose())
        .opaque(confirmation.expose())
        .opaque(membership.expose())
        .opaque(resumption.expose())
        .opaque(authenticator.expose())
        .opaque(init.expose());
  }

  /** All of them, for whoever overwrites them when the epoch is over. */
  public List<Secret> all() {
    return List.of(
        senderData, exporter, external, confirmation, membership, resumption, authenticator, init);
  }

  public Secret senderData() {
    return senderData;
  }

  Secret exporter() {
    return exporter;
  }

  Secret external() {
    return external;
  }

  public Secret membership() {
    return membership;
  }

  Secret confirmation() {
    return confirmation;
  }

  /** PSK that proves membership in this epoch (section 8.6). */
  public Secret resumption() {
    return resumption;
  }

  public Secret authenticator() {
    return authenticator;
  }

  /** Goes into the key schedule of the next epoch. */
  public Secret init() {
    return init;
  }

  /** The key pair that all members hold, for external Commits (section 8). Close it after use. */
  public HpkeKeyPair externalKeyPair(CipherSuite suite) {
    return suite.deriveHpkeKeyPair(external);
  }

  public byte[] confirmationTag(CipherSuite suite, byte[] confirmedTranscriptHash) {
    return suite.mac(confirmation, confirmedTranscriptHash);
  }

  /** Constant time. */
  public boolean verifyConfirmationTag(
      CipherSuite suite, byte[] confirmedTranscriptHash, byte[] tag) {
    return suite.verifyMac(confirmation, confirmedTranscriptHash, tag);
  }

  /** {@code MLS-Exporter(label, context, length)} (section 8.5). */
  public Secret export(CipherSuite suite, String label, byte[] context, int length) {
    try (Secret derived = suite.deriveSecret(exporter, label)) {
      return suite.expandWithLabel(derived, "exported", suite.hash(context), length);
    }
  }
}
