package io.lockstep.mls.framing;

import io.lockstep.mls.ContentType;
import io.lockstep.mls.GroupId;
import io.lockstep.mls.MlsException;
import io.lockstep.mls.codec.Encodable;
import io.lockstep.mls.codec.TlsReader;
import io.lockstep.mls.codec.TlsWriter;

/**
 * Content with its place in the history of a group (RFC 9420 section 6). Encoded once, since it is
 * signed, MACed and hashed.
 */
public final class FramedContent implements Encodable {
  private final GroupId groupId;
  private final long epoch;
  private final Sender sender;
  private final byte[] authenticatedData;
  private final Content content;
  private final byte[] encoded;

  public FramedContent(
      GroupId groupId, long epoch, Sender sender, byte[] authenticatedData, Content content) {
    this.groupId = groupId;
    this.epoch = epoch;
    this.sender = sender;
    this.authenticatedData = authenticatedData.clone();
    this.content = content;
    this.encoded =
        new TlsWriter()
            .put(groupId)
            .uint64(epoch)
            .put(sender)
            .opaque(authenticatedData)
            .uint8(content.type().id())
            .put(content)
            .toByteArray();
  }

  public static FramedContent decode(TlsReader in) throws MlsException {
    GroupId groupId = GroupId.decode(in);
    long epoch = in.uint64();
    Sender sender = Sender.decode(in);
    byte[] authenticatedData = in.opaque();
    Content content = Content.decode(ContentType.of(in.uint8()), in);
    return new FramedContent(groupId, epoch, sender, authenticatedData, content);
  }

  public GroupId groupId() {
    return groupId;
  }

  /** Unsigned. */
  public long epoch() {
    return epoch;
  }

  public Sender sender() {
    return sender;
  }

  /** A copy. */
  public byte[] authenticatedData() {
    return authenticatedData.clone();
  }

  public Content content() {
    return content;
  }

  @Override
  public void encodeTo(TlsWriter out) {
    out.raw(encoded);
  }
}
