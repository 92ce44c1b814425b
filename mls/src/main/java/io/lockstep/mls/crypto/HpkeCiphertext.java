package io.lockstep.mls.crypto;

import io.lockstep.mls.MlsException;
import io.lockstep.mls.codec.Encodable;
import io.lockstep.mls.codec.TlsReader;
import io.lockstep.mls.codec.TlsWriter;

/** {@code HPKECiphertext} of RFC 9420 section 7.6: one message to one public key. */
public final class HpkeCiphertext implements Encodable {
  private final byte[] kemOutput;
  private final byte[] ciphertext;

  public HpkeCiphertext(byte[] kemOutput, byte[] ciphertext) {
    this.kemOutput = kemOutput.clone();
    this.ciphertext = ciphertext.clone();
  }

  public static HpkeCiphertext decode(TlsReader in) throws MlsException.Malformed {
    return new HpkeCiphertext(in.opaque(), in.opaque());
  }

  public byte[] kemOutput() {
    return kemOutput.clone();
  }

  public byte[] ciphertext() {
    return ciphertext.clone();
  }

  @Override
  public void encodeTo(TlsWriter out) {
    out.opaque(kemOutput).opaque(ciphertext);
  }
}
