package io.lockstep.mls;

import io.lockstep.mls.codec.Encodable;
import io.lockstep.mls.codec.TlsReader;
import io.lockstep.mls.codec.TlsWriter;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * An extension of any type, known or not (RFC 9420 section 13.2): its data is carried as it came.
 */
public final class Extension implements Encodable {
  /** In a leaf: how the application names the client (section 5.3.3). */
  public static final int APPLICATION_ID = 0x0001;

  /** In a GroupInfo: the tree (section 12.4.3.3). */
  public static final int RATCHET_TREE = 0x0002;

  /** In a GroupContext: what every member must support (section 11.1). */
  public static final int REQUIRED_CAPABILITIES = 0x0003;

  /** In a GroupInfo: the key for external Commits (section 12.4.3.2). */
  public static final int EXTERNAL_PUB = 0x0004;

  /** In a GroupContext: who may send proposals from outside (section 12.1.8.1). */
  public static final int EXTERNAL_SENDERS = 0x0005;

  /**
   * Marks a KeyPackage that may be used more than once (draft-ietf-mls-extensions); without data.
   */
  public static final int LAST_RESORT = 0x000A;

  private final int type;
  private final byte[] data;

  /** {@code type}: a uint16; {@code data}: the content of {@code extension_data<V>}, copied. */
  public Extension(int type, byte[] data) {
    this.type = type;
    this.data = data.clone();
  }

  /** Types 1 to 5 are understood by every client and listed in no capabilities (section 7.2). */
  public static boolean isDefault(int type) {
    return type >= APPLICATION_ID && type <= EXTERNAL_SENDERS;
  }

  public static Extension decode(TlsReader in) throws MlsException.Malformed {
    return new Extension(in.uint16(), in.opaque());
  }

  /** {@code Extension extensions<V>}, no type twice (section 13). */
  public static List<Extension> decodeList(TlsReader in) throws MlsException {
    List<Extension> extensions = in.list(Extension::decode);
    Set<Integer> types = new HashSet<>();
    for (Extension extension : extensions) {
      if (!types.add(extension.type)) {
        throw new MlsException.Malformed("extension type " + extension.type + " is there twice");
      }
    }
    return extensions;
  }

  /** The one of that type; a list has none twice. */
  public static Optional<Extension> find(List<Extension> extensions, int type) {
    return extensions.stream().filter(extension -> extension.type == type).findFirst();
  }

  /** The uint16 of the registry. */
  public int type() {
    return type;
  }

  /** A copy. */
  public byte[] data() {
    return data.clone();
  }

  @Override
  public void encodeTo(TlsWriter out) {
    out.uint16(type).opaque(data);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Extension that && type == that.type && Arrays.equals(data, that.data);
  }

  @Override
  public int hashCode() {
    return 31 * type + Arrays.hashCode(data);
  }

  @Override
  public String toString() {
    return "Extension[0x%04x, %d bytes]".formatted(type, data.length);
  }
}
