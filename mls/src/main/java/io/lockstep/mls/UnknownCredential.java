package io.lockstep.mls;

import io.lockstep.mls.codec.TlsWriter;
import java.util.Arrays;

/**
 * A credential of a type that this engine does not know: carried, compared and handed to the
 * application.
 */
public final class UnknownCredential implements Credential {
  private final int type;
  private final byte[] content;

  /**
   * {@code type}: a uint16 of the registry that this engine does not know; {@code content} is
   * copied.
   */
  public UnknownCredential(int type, byte[] content) {
    if (type == BASIC || type == X509) {
      throw new IllegalArgumentException("type " + type + " is known");
    }
    this.type = type;
    this.content = content.clone();
  }

  /** A copy. */
  public byte[] content() {
    return content.clone();
  }

  @Override
  public int type() {
    return type;
  }

  @Override
  public void encodeTo(TlsWriter out) {
    out.uint16(type).opaque(content);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof UnknownCredential that
        && type == that.type
        && Arrays.equals(content, that.content);
  }

  @Override
  public int hashCode() {
    return 31 * type + Arrays.hashCode(content);
  }

  @Override
  public String toString() {
    return "UnknownCredential[0x%04x, %d bytes]".formatted(type, content.length);
  }
}
