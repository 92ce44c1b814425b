package io.lockstep.mls.codec;

/** A structure of the RFC that knows its own encoding. */
public interface Encodable {
  void encodeTo(TlsWriter out);

  default byte[] encode() {
    TlsWriter out = new TlsWriter();
    encodeTo(out);
    return out.toByteArray();
  }
}
