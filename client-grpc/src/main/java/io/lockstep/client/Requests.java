package io.lockstep.client;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.lockstep.api.EpochPass;
import io.lockstep.api.v1.StreamRef;
import io.lockstep.api.v1.SubmitRequest;
import io.lockstep.mls.Group;
import io.lockstep.mls.GroupId;
import io.lockstep.mls.MlsException;
import java.security.SecureRandom;

/** Pieces of API messages. */
final class Requests {
  private static final int ID_LENGTH = 16;

  private Requests() {}

  /** The pass of the group's present epoch. */
  static byte[] pass(Group group) {
    return group.export(EpochPass.EXPORTER_LABEL, group.groupId().bytes(), EpochPass.LENGTH);
  }

  static ByteString passHash(Group group) {
    return ByteString.copyFrom(EpochPass.hash(pass(group)));
  }

  static ByteString randomId(SecureRandom random) {
    byte[] id = new byte[ID_LENGTH];
    random.nextBytes(id);
    return ByteString.copyFrom(id);
  }

  static SubmitRequest.Builder submit(GroupId group, SecureRandom random) {
    return submit(group, randomId(random));
  }

  static SubmitRequest.Builder submit(GroupId group, ByteString id) {
    return SubmitRequest.newBuilder()
        .setSubmissionId(id)
        .setGroupId(ByteString.copyFrom(group.bytes()));
  }

  static StreamRef group(GroupId group) {
    return StreamRef.newBuilder().setGroupId(ByteString.copyFrom(group.bytes())).build();
  }

  static SubmitRequest parse(byte[] encoded) throws MlsException.Malformed {
    try {
      return SubmitRequest.parseFrom(encoded);
    } catch (InvalidProtocolBufferException e) {
      throw new MlsException.Malformed("stored request");
    }
  }
}
