package io.lockstep.mls.message;

import io.lockstep.mls.KeyPackageRef;
import io.lockstep.mls.MlsException;
import io.lockstep.mls.codec.Encodable;
import io.lockstep.mls.codec.TlsReader;
import io.lockstep.mls.codec.TlsWriter;
import io.lockstep.mls.crypto.CipherSuite;
import io.lockstep.mls.crypto.HpkeCiphertext;
import java.util.List;
import java.util.Optional;

/** Lets new members into the epoch that a Commit started (RFC 9420 section 12.4.3.1). */
public final class Welcome implements Encodable {
  /** EncryptedGroupSecrets: the secrets for one joiner. */
  public record Entry(KeyPackageRef newMember, HpkeCiphertext secrets) implements Encodable {
    public static Entry decode(TlsReader in) throws MlsException {
      return new Entry(KeyPackageRef.decode(in), HpkeCiphertext.decode(in));
    }

    @Override
    public void encodeTo(TlsWriter out) {
      out.put(newMember).put(secrets);
    }
  }

  private final CipherSuite suite;
  private final List<Entry> entries;
  private final byte[] encryptedGroupInfo;

  public Welcome(CipherSuite suite, List<Entry> entries, byte[] encryptedGroupInfo) {
    this.suite = suite;
    this.entries = List.copyOf(entries);
    this.encryptedGroupInfo = encryptedGroupInfo.clone();
  }

  public static Welcome decode(TlsReader in) throws MlsException {
    return new Welcome(CipherSuite.of(in.uint16()), in.list(Entry::decode), in.opaque());
  }

  public CipherSuite suite() {
    return suite;
  }

  public Optional<Entry> entryFor(KeyPackageRef ref) {
    return entries.stream().filter(entry -> entry.newMember().equals(ref)).findFirst();
  }

  /** A copy. */
  public byte[] encryptedGroupInfo() {
    return encryptedGroupInfo.clone();
  }

  @Override
  public void encodeTo(TlsWriter out) {
    out.uint16(suite.id()).vector(entries).opaque(encryptedGroupInfo);
  }
}
