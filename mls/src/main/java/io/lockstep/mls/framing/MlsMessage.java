package io.lockstep.mls.framing;

import io.lockstep.mls.MlsException;
import io.lockstep.mls.MlsFrame;
import io.lockstep.mls.WireFormat;
import io.lockstep.mls.codec.Encodable;
import io.lockstep.mls.codec.TlsReader;
import io.lockstep.mls.codec.TlsWriter;

/** The envelope that every message has outside (RFC 9420 section 6). */
public final class MlsMessage {
  private MlsMessage() {}

  public static byte[] encode(WireFormat format, Encodable body) {
    return new TlsWriter(1024).uint16(MlsFrame.VERSION).uint16(format.id()).put(body).toByteArray();
  }

  /** Decodes a message of one format; another one is Malformed. */
  public static <T> T decode(byte[] message, WireFormat expected, TlsReader.Decoder<T> body)
      throws MlsException {
    TlsReader in = new TlsReader(message);
    WireFormat format = MlsFrame.wireFormat(in);
    if (format != expected) {
      throw new MlsException.Malformed("a " + expected + " was expected, this is a " + format);
    }
    T value = body.decode(in);
    in.expectEnd();
    return value;
  }
}
