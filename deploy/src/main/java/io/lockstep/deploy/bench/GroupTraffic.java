package io.lockstep.deploy.bench;

import com.google.protobuf.ByteString;
import io.lockstep.api.EpochPass;
import io.lockstep.log.v1.CreateGroup;
import io.lockstep.log.v1.PostMessage;
import io.lockstep.log.v1.StreamCommand;
import java.nio.ByteBuffer;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Commands of groups that stay in their first epoch: creations, and application messages with
 * random content. A group is a number.
 */
final class GroupTraffic {
  private static final int GROUP_ID_BYTES = 32;
  private static final int SUBMISSION_ID_BYTES = 16;
  private static final int SENDER_DATA_BYTES = 28;

  private final ByteString passHash = ByteString.copyFrom(EpochPass.hash(new byte[0]));
  private final int payloadBytes;

  GroupTraffic(int payloadBytes) {
    this.payloadBytes = payloadBytes;
  }

  StreamCommand create(int group) {
    return command(group).setCreate(CreateGroup.newBuilder().setPassHash(passHash).build()).build();
  }

  StreamCommand message(int group) {
    return command(group)
        .setMessage(
            PostMessage.newBuilder()
                .setMessage(ByteString.copyFrom(privateMessage(id(group), payloadBytes)))
                .setPassHash(passHash)
                .build())
        .build();
  }

  private static StreamCommand.Builder command(int group) {
    return StreamCommand.newBuilder()
        .setSubmissionId(ByteString.copyFrom(random(SUBMISSION_ID_BYTES)))
        .setStreamId(ByteString.copyFrom(id(group)));
  }

  private static byte[] id(int group) {
    return ByteBuffer.allocate(GROUP_ID_BYTES).putInt(group).array();
  }

  /** MLSMessage(PrivateMessage) of epoch 0 with random ciphertext (RFC 9420 section 6.3). */
  static byte[] privateMessage(byte[] group, int payloadBytes) {
    int mls10 = 1;
    int wireFormat = 2;
    byte application = 1;
    ByteBuffer message = ByteBuffer.allocate(payloadBytes + 128);
    message.putShort((short) mls10).putShort((short) wireFormat);
    message.put((byte) group.length).put(group);
    message.putLong(0).put(application).put((byte) 0);
    message.put((byte) SENDER_DATA_BYTES).put(random(SENDER_DATA_BYTES));
    message.putShort((short) (0x4000 | payloadBytes)).put(random(payloadBytes));
    byte[] bytes = new byte[message.position()];
    message.flip().get(bytes);
    return bytes;
  }

  private static byte[] random(int length) {
    byte[] bytes = new byte[length];
    ThreadLocalRandom.current().nextBytes(bytes);
    return bytes;
  }
}
