package io.lockstep.sequencer.law;

import com.google.protobuf.ByteString;
import io.lockstep.mls.ContentType;
import io.lockstep.mls.SenderType;
import io.lockstep.mls.WireFormat;
import io.lockstep.mls.codec.TlsWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** MLS messages with true heads and text where the cryptography would be. */
public final class Frames {
  private static final int VERSION = 1;
  private static final int SUITE = 1;

  private Frames() {}

  public static ByteString application(ByteString group, long epoch, String text) {
    return encrypted(group, epoch, ContentType.APPLICATION, text);
  }

  public static ByteString proposal(ByteString group, long epoch, String text) {
    return encrypted(group, epoch, ContentType.PROPOSAL, text);
  }

  public static ByteString commit(ByteString group, long epoch, String text) {
    return encrypted(group, epoch, ContentType.COMMIT, text);
  }

  public static ByteString externalCommit(ByteString group, long epoch, String text) {
    return open(group, epoch, SenderType.NEW_MEMBER_COMMIT, ContentType.COMMIT, text);
  }

  public static ByteString encrypted(ByteString group, long epoch, ContentType type, String text) {
    return bytes(
        head(WireFormat.PRIVATE_MESSAGE)
            .opaque(group.toByteArray())
            .uint64(epoch)
            .uint8(type.id())
            .opaque(new byte[0])
            .opaque(new byte[] {1, 2, 3})
            .opaque(text.getBytes(StandardCharsets.UTF_8)));
  }

  public static ByteString open(
      ByteString group, long epoch, SenderType sender, ContentType type, String text) {
    TlsWriter out =
        head(WireFormat.PUBLIC_MESSAGE)
            .opaque(group.toByteArray())
            .uint64(epoch)
            .uint8(sender.id());
    if (sender == SenderType.MEMBER || sender == SenderType.EXTERNAL) {
      out.uint32(0);
    }
    return bytes(
        out.opaque(new byte[0]).uint8(type.id()).opaque(text.getBytes(StandardCharsets.UTF_8)));
  }

  public static ByteString groupInfo(ByteString group, long epoch) {
    return bytes(
        head(WireFormat.GROUP_INFO)
            .uint16(VERSION)
            .uint16(SUITE)
            .opaque(group.toByteArray())
            .uint64(epoch)
            .opaque("tree hash".getBytes(StandardCharsets.UTF_8)));
  }

  public static ByteString welcome(List<ByteString> refs) {
    return welcome(refs, "encrypted group info".getBytes(StandardCharsets.UTF_8));
  }

  public static ByteString welcome(List<ByteString> refs, byte[] encryptedGroupInfo) {
    return bytes(
        head(WireFormat.WELCOME)
            .uint16(SUITE)
            .vector(
                refs,
                (out, ref) ->
                    out.opaque(ref.toByteArray()).opaque(new byte[32]).opaque(ref.toByteArray()))
            .opaque(encryptedGroupInfo));
  }

  private static TlsWriter head(WireFormat format) {
    return new TlsWriter().uint16(VERSION).uint16(format.id());
  }

  private static ByteString bytes(TlsWriter out) {
    return ByteString.copyFrom(out.toByteArray());
  }
}
