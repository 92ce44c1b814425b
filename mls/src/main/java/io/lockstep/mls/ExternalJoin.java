package io.lockstep.mls;

import io.lockstep.mls.codec.TlsReader;
import io.lockstep.mls.codec.TlsWriter;
import java.util.Arrays;

/**
 * The Commit by which a newcomer adds itself (RFC 9420 section 12.4.3.2), not yet accepted by the
 * Delivery Service. Store it before you send it; if another Commit won, forget it and start again
 * from the GroupInfo of the new epoch.
 */
public final class ExternalJoin {
  private static final int ENCODING_VERSION = 1;

  private final byte[] commit;
  private final Group next;

  ExternalJoin(byte[] commit, Group next) {
    this.commit = commit;
    this.next = next;
  }

  /** An MLSMessage with a PublicMessage. A copy. */
  public byte[] commit() {
    return commit.clone();
  }

  /** The group once the Commit is accepted. */
  public Group next() {
    return next;
  }

  /** Whether a message that was delivered is this Commit. */
  public boolean isCommit(byte[] delivered) {
    return Arrays.equals(commit, delivered);
  }

  /** With all secrets of the epoch it starts: encrypt what it returns. */
  public byte[] encode() {
    return new TlsWriter()
        .uint8(ENCODING_VERSION)
        .opaque(commit)
        .opaque(next.encode())
        .toByteArray();
  }

  /** The counterpart of {@link #encode}. Unsupported for another version of the format. */
  public static ExternalJoin decode(byte[] encoded) throws MlsException {
    return TlsReader.decodeAll(encoded, ExternalJoin::read);
  }

  private static ExternalJoin read(TlsReader in) throws MlsException {
    if (in.uint8() != ENCODING_VERSION) {
      throw new MlsException.Unsupported("version of a stored external join");
    }
    return new ExternalJoin(in.opaque(), Group.decode(in.opaque()));
  }
}
