package io.lockstep.gateway;

import com.google.protobuf.ByteString;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.List;

/** MLSMessages (RFC 9420, 6) with a right head and nothing meaningful after it. */
public final class MlsBytes {
  private static final int PUBLIC = 1;
  private static final int PRIVATE = 2;
  private static final int WELCOME = 3;
  private static final int GROUP_INFO = 4;
  private static final int APPLICATION = 1;
  private static final int PROPOSAL = 2;
  private static final int COMMIT = 3;
  private static final int NEW_MEMBER_COMMIT = 4;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  private MlsBytes(int wireFormat) {
    uint(2, 1).uint(2, wireFormat);
  }

  public static ByteString application(ByteString group, long epoch, byte[] content) {
    return privateMessage(group, epoch, APPLICATION, content);
  }

  public static ByteString proposal(ByteString group, long epoch) {
    return privateMessage(group, epoch, PROPOSAL, new byte[20]);
  }

  public static ByteString commit(ByteString group, long epoch) {
    return privateMessage(group, epoch, COMMIT, new byte[40]);
  }

  private static ByteString privateMessage(
      ByteString group, long epoch, int contentType, byte[] content) {
    return new MlsBytes(PRIVATE)
        .opaque(group.toByteArray())
        .uint(8, epoch)
        .uint(1, contentType)
        .opaque(new byte[0])
        .opaque(new byte[12])
        .opaque(content)
        .bytes();
  }

  /** A PublicMessage with a Commit of somebody who is no member yet. */
  public static ByteString externalCommit(ByteString group, long epoch) {
    return new MlsBytes(PUBLIC)
        .opaque(group.toByteArray())
        .uint(8, epoch)
        .uint(1, NEW_MEMBER_COMMIT)
        .opaque(new byte[0])
        .uint(1, COMMIT)
        .opaque(new byte[0])
        .uint(1, 0)
        .opaque(new byte[64])
        .opaque(new byte[32])
        .bytes();
  }

  public static ByteString groupInfo(ByteString group, long epoch) {
    return new MlsBytes(GROUP_INFO)
        .uint(2, 1)
        .uint(2, 1)
        .opaque(group.toByteArray())
        .uint(8, epoch)
        .opaque(new byte[32])
        .opaque(new byte[32])
        .opaque(new byte[0])
        .opaque(new byte[0])
        .opaque(new byte[32])
        .uint(4, 0)
        .opaque(new byte[64])
        .bytes();
  }

  public static ByteString welcome(List<ByteString> refs) {
    ByteArrayOutputStream secrets = new ByteArrayOutputStream();
    for (ByteString ref : refs) {
      MlsBytes one = new MlsBytes();
      one.opaque(ref.toByteArray()).opaque(new byte[32]).opaque(new byte[48]);
      secrets.writeBytes(one.out.toByteArray());
    }
    return new MlsBytes(WELCOME)
        .uint(2, 1)
        .opaque(secrets.toByteArray())
        .opaque(new byte[80])
        .bytes();
  }

  private MlsBytes() {}

  private MlsBytes uint(int bytes, long value) {
    byte[] all = ByteBuffer.allocate(Long.BYTES).putLong(value).array();
    out.write(all, Long.BYTES - bytes, bytes);
    return this;
  }

  /** A variable-size vector (RFC 9420, 2.1.2). */
  private MlsBytes opaque(byte[] value) {
    if (value.length < 64) {
      uint(1, value.length);
    } else if (value.length < 16_384) {
      uint(2, value.length | 0x4000);
    } else {
      uint(4, value.length | 0x8000_0000L);
    }
    out.writeBytes(value);
    return this;
  }

  private ByteString bytes() {
    return ByteString.copyFrom(out.toByteArray());
  }
}
