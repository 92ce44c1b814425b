package io.lockstep.mls;

import io.lockstep.mls.codec.TlsReader;
import io.lockstep.mls.codec.TlsWriter;
import java.util.Arrays;
import java.util.Optional;

/**
 * A Commit that was made but not yet accepted by the Delivery Service. Store it before you send it;
 * when the Commit comes back as the one that won, {@link #next} is the group. If another Commit
 * won, forget it: the group it was made from is unchanged, and processes the other one.
 */
public final class PendingCommit {
  private static final int ENCODING_VERSION = 1;

  private final byte[] commit;
  private final Optional<byte[]> welcome;
  private final Optional<byte[]> groupInfo;
  private final Group next;

  PendingCommit(byte[] commit, Optional<byte[]> welcome, Optional<byte[]> groupInfo, Group next) {
    this.commit = commit;
    this.welcome = welcome;
    this.groupInfo = groupInfo;
    this.next = next;
  }

  /** An MLSMessage for the members. A copy. */
  public byte[] commit() {
    return commit.clone();
  }

  /**
   * An MLSMessage for those who are added, if there are any. {@link WelcomeSplit} takes it apart. A
   * copy.
   */
  public Optional<byte[]> welcome() {
    return welcome.map(byte[]::clone);
  }

  /** An MLSMessage with the GroupInfo of the new epoch, if it was asked for. A copy. */
  public Optional<byte[]> groupInfo() {
    return groupInfo.map(byte[]::clone);
  }

  /** The group after this Commit. */
  public Group next() {
    return next;
  }

  /** Whether a message that was delivered is this Commit. */
  public boolean isCommit(byte[] delivered) {
    return Arrays.equals(commit, delivered);
  }

  /** With all secrets of the next epoch: encrypt what it returns. */
  public byte[] encode() {
    return new TlsWriter()
        .uint8(ENCODING_VERSION)
        .opaque(commit)
        .optional(welcome.map(bytes -> out -> out.opaque(bytes)))
        .optional(groupInfo.map(bytes -> out -> out.opaque(bytes)))
        .opaque(next.encode())
        .toByteArray();
  }

  public static PendingCommit decode(byte[] encoded) throws MlsException {
    return TlsReader.decodeAll(encoded, PendingCommit::read);
  }

  private static PendingCommit read(TlsReader in) throws MlsException {
    if (in.uint8() != ENCODING_VERSION) {
      throw new MlsException.Unsupported("version of a stored pending Commit");
    }
    return new PendingCommit(
        in.opaque(),
        in.optional(TlsReader::opaque),
        in.optional(TlsReader::opaque),
        Group.decode(in.opaque()));
  }
}
