package io.lockstep.mls.message;

import io.lockstep.mls.Extension;
import io.lockstep.mls.GroupId;
import io.lockstep.mls.MlsException;
import io.lockstep.mls.MlsFrame;
import io.lockstep.mls.codec.Encodable;
import io.lockstep.mls.codec.TlsReader;
import io.lockstep.mls.codec.TlsWriter;
import io.lockstep.mls.crypto.CipherSuite;
import java.util.List;

/**
 * What all members of an epoch agree on (RFC 9420 section 8.1). Encoded once, since it enters every
 * signature and derivation.
 */
public final class GroupContext implements Encodable {
  private final CipherSuite suite;
  private final GroupId groupId;
  private final long epoch;
  private final byte[] treeHash;
  private final byte[] confirmedTranscriptHash;
  private final List<Extension> extensions;
  private final byte[] encoded;

  public GroupContext(
      CipherSuite suite,
      GroupId groupId,
      long epoch,
      byte[] treeHash,
      byte[] confirmedTranscriptHash,
      List<Extension> extensions) {
    this.suite = suite;
    this.groupId = groupId;
    this.epoch = epoch;
    this.treeHash = treeHash.clone();
    this.confirmedTranscriptHash = confirmedTranscriptHash.clone();
    this.extensions = List.copyOf(extensions);
    this.encoded =
        new TlsWriter()
            .uint16(MlsFrame.VERSION)
            .uint16(suite.id())
            .put(groupId)
            .uint64(epoch)
            .opaque(treeHash)
            .opaque(confirmedTranscriptHash)
            .vector(extensions)
            .toByteArray();
  }

  public static GroupContext decode(TlsReader in) throws MlsException {
    int version = in.uint16();
    if (version != MlsFrame.VERSION) {
      throw new MlsException.Unsupported("protocol version " + version);
    }
    return new GroupContext(
        CipherSuite.of(in.uint16()),
        GroupId.decode(in),
        in.uint64(),
        in.opaque(),
        in.opaque(),
        Extension.decodeList(in));
  }

  /**
   * The provisional context of the next epoch (section 12.4.1): with the old confirmed transcript
   * hash.
   */
  public GroupContext next(byte[] newTreeHash, List<Extension> newExtensions) {
    return new GroupContext(
        suite, groupId, epoch + 1, newTreeHash, confirmedTranscriptHash, newExtensions);
  }

  public GroupContext withConfirmedTranscriptHash(byte[] hash) {
    return new GroupContext(suite, groupId, epoch, treeHash, hash, extensions);
  }

  public CipherSuite suite() {
    return suite;
  }

  public GroupId groupId() {
    return groupId;
  }

  /** Unsigned. */
  public long epoch() {
    return epoch;
  }

  /** A copy. */
  public byte[] treeHash() {
    return treeHash.clone();
  }

  /** A copy. */
  public byte[] confirmedTranscriptHash() {
    return confirmedTranscriptHash.clone();
  }

  public List<Extension> extensions() {
    return extensions;
  }

  @Override
  public void encodeTo(TlsWriter out) {
    out.raw(encoded);
  }

  @Override
  public byte[] encode() {
    return encoded.clone();
  }
}
