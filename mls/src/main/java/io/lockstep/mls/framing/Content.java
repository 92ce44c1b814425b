package io.lockstep.mls.framing;

import io.lockstep.mls.ContentType;
import io.lockstep.mls.MlsException;
import io.lockstep.mls.codec.Encodable;
import io.lockstep.mls.codec.TlsReader;
import io.lockstep.mls.codec.TlsWriter;
import io.lockstep.mls.message.Commit;
import io.lockstep.mls.message.Proposal;

/**
 * What a FramedContent carries. The encoding is that of the body alone, without the content type.
 */
public sealed interface Content extends Encodable {
  ContentType type();

  /** Bytes of the application. */
  final class Application implements Content {
    private final byte[] data;

    public Application(byte[] data) {
      this.data = data.clone();
    }

    /** A copy. */
    public byte[] data() {
      return data.clone();
    }

    @Override
    public ContentType type() {
      return ContentType.APPLICATION;
    }

    @Override
    public void encodeTo(TlsWriter out) {
      out.opaque(data);
    }
  }

  /** A proposal sent by itself. */
  record Proposed(Proposal proposal) implements Content {
    @Override
    public ContentType type() {
      return ContentType.PROPOSAL;
    }

    @Override
    public void encodeTo(TlsWriter out) {
      proposal.encodeTo(out);
    }
  }

  /** A Commit. */
  record Committed(Commit commit) implements Content {
    @Override
    public ContentType type() {
      return ContentType.COMMIT;
    }

    @Override
    public void encodeTo(TlsWriter out) {
      commit.encodeTo(out);
    }
  }

  static Content decode(ContentType type, TlsReader in) throws MlsException {
    return switch (type) {
      case APPLICATION -> new Application(in.opaque());
      case PROPOSAL -> new Proposed(Proposal.decode(in));
      case COMMIT -> new Committed(Commit.decode(in));
    };
  }
}
