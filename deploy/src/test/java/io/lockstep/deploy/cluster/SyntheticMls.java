package io.lockstep.deploy.cluster;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;

/**
 * MLS messages whose ciphertext is readable: the service sees heads only (RFC 9420 sections 6.3 and
 * 12.4.3.1), and a test that knows what was sent wants to read it again.
 */
final class SyntheticMls {
  private static final short MLS_10 = 1;
  private static final short PRIVATE_MESSAGE = 2;
  private static final short WELCOME = 3;
  private static final short CIPHER_SUITE = 1;
  private static final byte APPLICATION = 1;
  private static final byte COMMIT = 3;
  private static final int SENDER_DATA_BYTES = 28;
  private static final int ONE_BYTE_VECTOR_MAX = 63;
  private static final int HEAD_BYTES_MAX = 512;

  private SyntheticMls() {}

  static ByteString application(ByteString group, long epoch, byte[] ciphertext) {
    return privateMessage(group, epoch, APPLICATION, ciphertext);
  }

  static ByteString commit(ByteString group, long epoch, byte[] ciphertext) {
    return privateMessage(group, epoch, COMMIT, ciphertext);
  }

  /** MLSMessage(Welcome) for one joiner. */
  static ByteString welcome(ByteString keyPackageRef, byte[] encryptedGroupInfo) {
    ByteBuffer secrets = ByteBuffer.allocate(HEAD_BYTES_MAX);
    vector(secrets, keyPackageRef.toByteArray());
    vector(secrets, new byte[32]);
    vector(secrets, new byte[48]);
    ByteBuffer message = ByteBuffer.allocate(HEAD_BYTES_MAX + encryptedGroupInfo.length);
    message.putShort(MLS_10).putShort(WELCOME).putShort(CIPHER_SUITE);
    vector(message, written(secrets));
    vector(message, encryptedGroupInfo);
    return ByteString.copyFrom(written(message));
  }

  /** The ciphertext of a message that was made here. */
  static byte[] ciphertext(ByteString message) {
    ByteBuffer in = message.asReadOnlyByteBuffer();
    in.position(2 * Short.BYTES);
    vector(in);
    in.position(in.position() + Long.BYTES + 1);
    vector(in);
    vector(in);
    return vector(in);
  }

  private static ByteString privateMessage(
      ByteString group, long epoch, byte contentType, byte[] ciphertext) {
    ByteBuffer message = ByteBuffer.allocate(HEAD_BYTES_MAX + ciphertext.length);
    message.putShort(MLS_10).putShort(PRIVATE_MESSAGE);
    vector(message, group.toByteArray());
    message.putLong(epoch).put(contentType);
    vector(message, new byte[0]);
    vector(message, new byte[SENDER_DATA_BYTES]);
    vector(message, ciphertext);
    return ByteString.copyFrom(written(message));
  }

  /** Variable-size vector with a length of one or two bytes (RFC 9420 section 2.1.2). */
  private static void vector(ByteBuffer to, byte[] bytes) {
    if (bytes.length <= ONE_BYTE_VECTOR_MAX) {
      to.put((byte) bytes.length);
    } else {
      to.putShort((short) (0x4000 | bytes.length));
    }
    to.put(bytes);
  }

  private static byte[] vector(ByteBuffer from) {
    int first = from.get() & 0xff;
    int length = first <= ONE_BYTE_VECTOR_MAX ? first : ((first & 0x3f) << 8) | (from.get() & 0xff);
    byte[] bytes = new byte[length];
    from.get(bytes);
    return bytes;
  }

  private static byte[] written(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.position()];
    buffer.flip().get(bytes);
    return bytes;
  }
}
