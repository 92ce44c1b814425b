package io.lockstep.mls;

import io.lockstep.mls.codec.TlsReader;
import io.lockstep.mls.codec.TlsWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Takes a Welcome for many apart into Welcomes for one (RFC 9420 section 12.4.3.1). The entries are
 * not signed and do not depend on one another, so a Delivery Service may do it: no joiner then
 * learns who else joined or how many.
 */
public final class WelcomeSplit {
  private final int cipherSuite;
  private final Map<KeyPackageRef, byte[]> entries;
  private final byte[] encryptedGroupInfo;

  private WelcomeSplit(
      int cipherSuite, Map<KeyPackageRef, byte[]> entries, byte[] encryptedGroupInfo) {
    this.cipherSuite = cipherSuite;
    this.entries = entries;
    this.encryptedGroupInfo = encryptedGroupInfo;
  }

  /** One Welcome per joiner, in the order of the message. Each repeats the encrypted GroupInfo. */
  public static Map<KeyPackageRef, byte[]> split(byte[] welcome) throws MlsException {
    WelcomeSplit whole = read(welcome);
    Map<KeyPackageRef, byte[]> split = new LinkedHashMap<>();
    whole.entries.forEach((ref, entry) -> split.put(ref, whole.alone(entry)));
    return split;
  }

  /** For whom the Welcome is, in the order of the message. */
  public static List<KeyPackageRef> refs(byte[] welcome) throws MlsException {
    return List.copyOf(read(welcome).entries.keySet());
  }

  /** The Welcome for one joiner. IllegalArgumentException if there is none for it. */
  public static byte[] only(byte[] welcome, KeyPackageRef ref) throws MlsException {
    WelcomeSplit whole = read(welcome);
    byte[] entry = whole.entries.get(ref);
    if (entry == null) {
      throw new IllegalArgumentException("the Welcome has no entry for " + ref);
    }
    return whole.alone(entry);
  }

  private static WelcomeSplit read(byte[] welcome) throws MlsException {
    TlsReader in = new TlsReader(welcome);
    WireFormat format = MlsFrame.wireFormat(in);
    if (format != WireFormat.WELCOME) {
      throw new MlsException.Malformed("a Welcome was expected, this is a " + format);
    }
    int cipherSuite = in.uint16();
    Map<KeyPackageRef, byte[]> entries = entries(in.vector());
    byte[] encryptedGroupInfo = in.opaque();
    in.expectEnd();
    return new WelcomeSplit(cipherSuite, entries, encryptedGroupInfo);
  }

  private static Map<KeyPackageRef, byte[]> entries(TlsReader secrets) throws MlsException {
    Map<KeyPackageRef, byte[]> entries = new LinkedHashMap<>();
    while (!secrets.isAtEnd()) {
      int start = secrets.position();
      KeyPackageRef ref = KeyPackageRef.decode(secrets);
      secrets.skipOpaque();
      secrets.skipOpaque();
      if (entries.put(ref, secrets.since(start)) != null) {
        throw new MlsException.Malformed("two entries of the Welcome are for " + ref);
      }
    }
    return entries;
  }

  private byte[] alone(byte[] entry) {
    return new TlsWriter(encryptedGroupInfo.length + entry.length + 32)
        .uint16(MlsFrame.VERSION)
        .uint16(WireFormat.WELCOME.id())
        .uint16(cipherSuite)
        .opaque(entry)
        .opaque(encryptedGroupInfo)
        .toByteArray();
  }
}
