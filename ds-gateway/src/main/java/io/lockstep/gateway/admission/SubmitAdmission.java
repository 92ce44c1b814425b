package io.lockstep.gateway.admission;

import static io.lockstep.gateway.admission.SubmitLimits.COMMIT_BUNDLE_MAX;
import static io.lockstep.gateway.admission.SubmitLimits.GROUP_ID_MAX;
import static io.lockstep.gateway.admission.SubmitLimits.HASH;
import static io.lockstep.gateway.admission.SubmitLimits.INBOX_ID;
import static io.lockstep.gateway.admission.SubmitLimits.KEY_PACKAGE_REF_MAX;
import static io.lockstep.gateway.admission.SubmitLimits.MESSAGE_MAX;
import static io.lockstep.gateway.admission.SubmitLimits.PAST_EPOCHS_MAX;
import static io.lockstep.gateway.admission.SubmitLimits.SUBMISSION_ID;

import com.google.protobuf.ByteString;
import io.lockstep.api.EpochPass;
import io.lockstep.api.StreamKey;
import io.lockstep.api.v1.CommitBundle;
import io.lockstep.api.v1.CreateGroup;
import io.lockstep.api.v1.Joiner;
import io.lockstep.api.v1.Reason;
import io.lockstep.api.v1.SubmitRequest;
import io.lockstep.log.v1.GroupSettings;
import io.lockstep.log.v1.PostCommit;
import io.lockstep.log.v1.PostMessage;
import io.lockstep.log.v1.StreamCommand;
import io.lockstep.mls.ContentType;
import io.lockstep.mls.MlsFrame;
import io.lockstep.mls.SenderType;

/** Checks a SubmitRequest by itself and makes the command for the log of it. */
public final class SubmitAdmission {
  private SubmitAdmission() {}

  public static Admitted admit(SubmitRequest request) throws Refused {
    length("submission_id", request.getSubmissionId(), SUBMISSION_ID);
    if (request.getGroupId().isEmpty() || request.getGroupId().size() > GROUP_ID_MAX) {
      throw field("group_id must have 1 to " + GROUP_ID_MAX + " bytes");
    }
    if (!request.getPass().isEmpty()) {
      length("pass", request.getPass(), EpochPass.LENGTH);
    }
    return switch (request.getBodyCase()) {
      case CREATE -> create(request, request.getCreate());
      case MESSAGE -> message(request);
      case COMMIT -> commit(request, request.getCommit());
      case BODY_NOT_SET -> throw field("one of create, message and commit must be set");
    };
  }

  private static Admitted create(SubmitRequest request, CreateGroup create) throws Refused {
    if (!request.getPass().isEmpty()) {
      throw field("a creation shows no pass");
    }
    length("create.pass_hash", create.getPassHash(), HASH);
    if (Integer.compareUnsigned(create.getPastEpochs(), PAST_EPOCHS_MAX) > 0) {
      throw field("create.past_epochs may be " + PAST_EPOCHS_MAX + " at most");
    }
    MlsHeads.groupInfo(create.getGroupInfo(), request.getGroupId(), 0);
    StreamCommand command =
        command(request)
            .setCreate(
                io.lockstep.log.v1.CreateGroup.newBuilder()
                    .setSettings(
                        GroupSettings.newBuilder()
                            .setExternalJoin(create.getExternalJoin())
                            .setPastEpochs(create.getPastEpochs()))
                    .setPassHash(create.getPassHash())
                    .setGroupInfo(create.getGroupInfo()))
            .build();
    return admitted(request, command, new Admitted.TokenToCreate());
  }

  private static Admitted message(SubmitRequest request) throws Refused {
    size("message", request.getMessage(), MESSAGE_MAX);
    MlsFrame.GroupMessage head = MlsHeads.groupMessage(request.getMessage(), request.getGroupId());
    if (head.contentType() == ContentType.COMMIT) {
      throw new Refused(Reason.MALFORMED_MESSAGE, "a Commit goes into commit, not into message");
    }
    ByteString hash = shownHash(request);
    StreamCommand command =
        command(request)
            .setMessage(PostMessage.newBuilder().setMessage(request.getMessage()).setPassHash(hash))
            .build();
    return admitted(request, command, new Admitted.Pass(head.epoch(), hash));
  }

  private static Admitted commit(SubmitRequest request, CommitBundle bundle) throws Refused {
    if (bundle.getSerializedSize() > COMMIT_BUNDLE_MAX) {
      throw new Refused(
          Reason.PAYLOAD_TOO_LARGE, "commit may have " + COMMIT_BUNDLE_MAX + " bytes in all");
    }
    size("commit.commit", bundle.getCommit(), MESSAGE_MAX);
    length("commit.next_pass_hash", bundle.getNextPassHash(), HASH);
    MlsFrame.GroupMessage head = MlsHeads.groupMessage(bundle.getCommit(), request.getGroupId());
    if (head.contentType() != ContentType.COMMIT) {
      throw new Refused(Reason.MALFORMED_MESSAGE, "commit.commit holds no Commit");
    }
    MlsHeads.groupInfo(bundle.getGroupInfo(), request.getGroupId(), head.epoch() + 1);
    PostCommit.Builder post =
        PostCommit.newBuilder()
            .setCommit(bundle.getCommit())
            .setNextPassHash(bundle.getNextPassHash())
            .setWelcome(bundle.getWelcome())
            .setGroupInfo(bundle.getGroupInfo());
    for (Joiner joiner : bundle.getJoinersList()) {
      post.addJoiners(joiner(joiner));
    }
    MlsHeads.welcome(bundle.getWelcome(), bundle.getJoinersList());
    if (isExternal(head)) {
      if (!request.getPass().isEmpty()) {
        throw field("an external Commit shows no pass");
      }
      return admitted(
          request, command(request).setCommit(post).build(), new Admitted.TokenToJoin());
    }
    ByteString hash = shownHash(request);
    post.setPassHash(hash);
    return admitted(
        request, command(request).setCommit(post).build(), new Admitted.Pass(head.epoch(), hash));
  }

  private static boolean isExternal(MlsFrame.GroupMessage head) {
    return head instanceof MlsFrame.PublicMessage message
        && message.senderType() == SenderType.NEW_MEMBER_COMMIT;
  }

  private static io.lockstep.log.v1.Joiner joiner(Joiner joiner) throws Refused {
    length("joiners.inbox_id", joiner.getInboxId(), INBOX_ID);
    int ref = joiner.getKeyPackageRef().size();
    if (ref == 0 || ref > KEY_PACKAGE_REF_MAX) {
      throw field("joiners.key_package_ref must have 1 to " + KEY_PACKAGE_REF_MAX + " bytes");
    }
    return io.lockstep.log.v1.Joiner.newBuilder()
        .setKeyPackageRef(joiner.getKeyPackageRef())
        .setInboxId(joiner.getInboxId())
        .build();
  }

  private static ByteString shownHash(SubmitRequest request) throws Refused {
    if (request.getPass().isEmpty()) {
      throw new Refused(Reason.WRONG_PASS, "a member shows the pass of the message's epoch");
    }
    return ByteString.copyFrom(EpochPass.hash(request.getPass().toByteArray()));
  }

  private static StreamCommand.Builder command(SubmitRequest request) {
    return StreamCommand.newBuilder()
        .setSubmissionId(request.getSubmissionId())
        .setStreamId(request.getGroupId());
  }

  private static Admitted admitted(
      SubmitRequest request, StreamCommand command, Admitted.Proof proof) {
    return new Admitted(StreamKey.ofGroup(request.getGroupId()), command, proof);
  }

  private static void length(String name, ByteString value, int length) throws Refused {
    if (value.size() != length) {
      throw field(name + " must have " + length + " bytes, not " + value.size());
    }
  }

  private static void size(String name, ByteString value, int max) throws Refused {
    if (value.size() > max) {
      throw new Refused(
          Reason.PAYLOAD_TOO_LARGE, name + " may have " + max + " bytes, not " + value.size());
    }
  }

  private static Refused field(String message) {
    return new Refused(Reason.INVALID_FIELD, message);
  }
}
