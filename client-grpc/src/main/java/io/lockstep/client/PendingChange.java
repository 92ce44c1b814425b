package io.lockstep.client;

import com.google.protobuf.ByteString;
import io.lockstep.api.v1.SubmitRequest;
import io.lockstep.mls.CredentialValidator;
import io.lockstep.mls.Group;
import io.lockstep.mls.MlsException;
import io.lockstep.mls.codec.TlsReader;
import io.lockstep.mls.codec.TlsWriter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * A creation or a Commit of ours that was handed in, or is about to be, and the group as it is once
 * it has its place. It takes effect when it comes back on the stream, and at no other moment.
 *
 * @param request with the submission id that every repetition uses
 * @param sequence its place as the service answered; 0 while there is no answer
 * @param meanwhile application messages of the old epoch that came since: {@code next} was made
 *     before them and must delete their keys as well
 */
record PendingChange(
    Kind kind, SubmitRequest request, Group next, long sequence, List<ByteString> meanwhile) {
  /** More than this many keep their keys until the epoch is forgotten. */
  private static final int MEANWHILE_MAX = 1024;

  enum Kind {
    CREATION,
    COMMIT,
    EXTERNAL_COMMIT
  }

  static PendingChange of(Kind kind, SubmitRequest request, Group next) {
    return new PendingChange(kind, request, next, 0, List.of());
  }

  ByteString id() {
    return request.getSubmissionId();
  }

  /** Whether a delivered entry is this change. A creation has no payload. */
  boolean isDelivered(long entrySequence, byte[] payload) {
    return switch (kind) {
      case CREATION -> entrySequence == 1 && payload.length == 0;
      case COMMIT, EXTERNAL_COMMIT ->
          request.getCommit().getCommit().equals(ByteString.copyFrom(payload));
    };
  }

  PendingChange at(long place) {
    return new PendingChange(kind, request, next, place, meanwhile);
  }

  PendingChange after(byte[] applicationMessage) {
    if (kind != Kind.COMMIT || meanwhile.size() >= MEANWHILE_MAX) {
      return this;
    }
    List<ByteString> more = new ArrayList<>(meanwhile);
    more.add(ByteString.copyFrom(applicationMessage));
    return new PendingChange(kind, request, next, sequence, List.copyOf(more));
  }

  /** The group after this change, in which no key is left that was used before it. */
  Group settled(CredentialValidator validator, Instant now) {
    Group group = next;
    for (ByteString message : meanwhile) {
      try {
        group = group.process(message.toByteArray(), validator, now).next();
      } catch (MlsException e) {
        // It was not readable the first time either: there is no key to delete.
      }
    }
    return group;
  }

  void encodeTo(TlsWriter out) {
    Stored.write(out, kind);
    out.opaque(request.toByteArray()).opaque(next.encode()).uint64(sequence);
    out.vector(meanwhile, (writer, message) -> writer.opaque(message.toByteArray()));
  }

  static PendingChange decode(TlsReader in) throws MlsException {
    Kind kind = Stored.read(in, Kind.class);
    SubmitRequest request = Requests.parse(in.opaque());
    Group next = Group.decode(in.opaque());
    long sequence = in.uint64();
    List<ByteString> meanwhile = in.list(reader -> ByteString.copyFrom(reader.opaque()));
    return new PendingChange(kind, request, next, sequence, meanwhile);
  }

  @Override
  public String toString() {
    return "PendingChange[" + kind + ", sequence " + sequence + "]";
  }
}
