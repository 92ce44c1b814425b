package io.lockstep.mls;

import io.lockstep.mls.codec.Encodable;
import io.lockstep.mls.codec.TlsReader;
import io.lockstep.mls.codec.TlsWriter;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A Commit that was made but not yet accepted by the Delivery Service.
 *
 * <pre>
 *   PendingCommit pending = group.commit(...);
 *   group = pending.ifRejected(group);   store(group, pending);   send(pending.commit());
 *   ... accepted:  group = pending.next();
 *   ... or not:    forget pending, process the Commit that won, or make another one
 * </pre>
 */
public final class PendingCommit {
  private static final int ENCODING_VERSION = 2;

  /** Without the generation. */
  private static final int ENCODING_VERSION_1 = 1;

  private final byte[] commit;
  private final OptionalLong generation;
  private final Optional<byte[]> welcome;
  private final Optional<byte[]> groupInfo;
  private final Group next;

  PendingCommit(
      byte[] commit,
      OptionalLong generation,
      Optional<byte[]> welcome,
      Optional<byte[]> groupInfo,
      Group next) {
    this.commit = commit;
    this.generation = generation;
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

  /**
   * {@code current} without the key that encrypted this Commit, so that no other handshake message
   * uses it again: what the group is until the Commit is accepted, and if it never is. {@code
   * current} is the group from which the Commit was made, or what that became by receiving messages
   * since. Store the result before the Commit is sent. Without effect for a PublicMessage, which
   * uses no such key, and in any later epoch.
   */
  public Group ifRejected(Group current) {
    boolean inEpoch =
        current.groupId().equals(next.groupId()) && current.epoch() + 1 == next.epoch();
    return inEpoch && generation.isPresent()
        ? current.afterHandshake(generation.getAsLong())
        : current;
  }

  /** Whether a message that was delivered is this Commit. */
  public boolean isCommit(byte[] delivered) {
    return Arrays.equals(commit, delivered);
  }

  /** With all secrets of the next epoch: encrypt what it returns. */
  public byte[] encode() {
    Optional<Encodable> used =
        generation.isPresent()
            ? Optional.of(out -> out.uint32(generation.getAsLong()))
            : Optional.empty();
    return new TlsWriter()
        .uint8(ENCODING_VERSION)
        .opaque(commit)
        .optional(used)
        .optional(welcome.map(bytes -> out -> out.opaque(bytes)))
        .optional(groupInfo.map(bytes -> out -> out.opaque(bytes)))
        .opaque(next.encode())
        .toByteArray();
  }

  /** The counterpart of {@link #encode}. Unsupported for another version of the format. */
  public static PendingCommit decode(byte[] encoded) throws MlsException {
    return TlsReader.decodeAll(encoded, PendingCommit::read);
  }

  private static PendingCommit read(TlsReader in) throws MlsException {
    int version = in.uint8();
    if (version != ENCODING_VERSION && version != ENCODING_VERSION_1) {
      throw new MlsException.Unsupported("version of a stored pending Commit");
    }
    return new PendingCommit(
        in.opaque(),
        version == ENCODING_VERSION_1 ? OptionalLong.empty() : generation(in),
        in.optional(TlsReader::opaque),
        in.optional(TlsReader::opaque),
        Group.decode(in.opaque()));
  }

  private static OptionalLong generation(TlsReader in) throws MlsException {
    Optional<Long> stored = in.optional(TlsReader::uint32);
    return stored.isPresent() ? OptionalLong.of(stored.get()) : OptionalLong.empty();
  }
}
