package io.lockstep.client;

import com.google.protobuf.ByteString;
import io.lockstep.api.v1.SubmitRequest;
import io.lockstep.mls.MlsException;
import io.lockstep.mls.codec.TlsReader;
import io.lockstep.mls.codec.TlsWriter;

/**
 * A message of ours that is on its way, until it comes back on the stream.
 *
 * @param sequence its place as the service answered; 0 while there is no answer
 * @param plaintext to make it anew if its epoch is over before it has a place
 */
record Outgoing(Kind kind, SubmitRequest request, long epoch, long sequence, ByteString plaintext) {
  enum Kind {
    APPLICATION,
    PROPOSAL
  }

  ByteString id() {
    return request.getSubmissionId();
  }

  Outgoing at(long place) {
    return new Outgoing(kind, request, epoch, place, plaintext);
  }

  boolean isDelivered(byte[] payload) {
    return request.getMessage().equals(ByteString.copyFrom(payload));
  }

  void encodeTo(TlsWriter out) {
    Stored.write(out, kind);
    out.opaque(request.toByteArray()).uint64(epoch).uint64(sequence);
    out.opaque(plaintext.toByteArray());
  }

  static Outgoing decode(TlsReader in) throws MlsException {
    Kind kind = Stored.read(in, Kind.class);
    SubmitRequest request = Requests.parse(in.opaque());
    long epoch = in.uint64();
    long sequence = in.uint64();
    ByteString plaintext = ByteString.copyFrom(in.opaque());
    return new Outgoing(kind, request, epoch, sequence, plaintext);
  }

  @Override
  public String toString() {
    return "Outgoing[" + kind + ", epoch " + epoch + "]";
  }
}
