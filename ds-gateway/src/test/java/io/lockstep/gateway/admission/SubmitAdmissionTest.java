package io.lockstep.gateway.admission;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.lockstep.api.EpochPass;
import io.lockstep.api.v1.CommitBundle;
import io.lockstep.api.v1.CreateGroup;
import io.lockstep.api.v1.Joiner;
import io.lockstep.api.v1.Reason;
import io.lockstep.api.v1.SubmitRequest;
import io.lockstep.gateway.MlsBytes;
import io.lockstep.log.v1.PostCommit;
import io.lockstep.log.v1.Sequenced;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SubmitAdmissionTest {
  private static final ByteString GROUP = ByteString.copyFromUtf8("the group");
  private static final ByteString OTHER = ByteString.copyFromUtf8("another");
  private static final ByteString ID = ByteString.copyFrom(new byte[16]);
  private static final ByteString PASS = ByteString.copyFrom(new byte[32]);
  private static final ByteString REF = ByteString.copyFromUtf8("reference of a key package");

  private static SubmitRequest.Builder request() {
    return SubmitRequest.newBuilder().setSubmissionId(ID).setGroupId(GROUP).setPass(PASS);
  }

  private static SubmitRequest message(ByteString mls) {
    return request().setMessage(mls).build();
  }

  private static CommitBundle.Builder bundle() {
    return CommitBundle.newBuilder().setCommit(MlsBytes.commit(GROUP, 3)).setNextPassHash(PASS);
  }

  private static SubmitRequest commit(CommitBundle.Builder bundle) {
    return request().setCommit(bundle).build();
  }

  private static void refused(Reason reason, SubmitRequest request) {
    Refused refused = assertThrows(Refused.class, () -> SubmitAdmission.admit(request));
    assertEquals(reason, refused.reason(), refused.getMessage());
  }

  @Test
  void messageIsAdmittedWithTheHashOfItsPass() throws Refused {
    Admitted admitted = SubmitAdmission.admit(message(MlsBytes.application(GROUP, 5, new byte[9])));
    ByteString hash = ByteString.copyFrom(EpochPass.hash(PASS.toByteArray()));
    assertEquals(new Admitted.Pass(5, hash), admitted.proof());
    assertEquals(hash, admitted.command().getMessage().getPassHash());
    assertFalse(admitted.needsToken());
    assertFalse(admitted.command().toByteString().toString().contains("pass="));
  }

  @Test
  void malformedMlsBytesAreRefused() {
    refused(Reason.MALFORMED_MESSAGE, message(ByteString.copyFromUtf8("nonsense")));
    refused(Reason.MALFORMED_MESSAGE, message(ByteString.EMPTY));
    refused(Reason.MALFORMED_MESSAGE, message(MlsBytes.commit(GROUP, 1)));
    refused(Reason.MALFORMED_MESSAGE, message(MlsBytes.groupInfo(GROUP, 1)));
    refused(
        Reason.MALFORMED_MESSAGE,
        commit(bundle().setCommit(MlsBytes.application(GROUP, 3, new byte[1]))));
    refused(Reason.MALFORMED_MESSAGE, commit(bundle().setWelcome(MlsBytes.proposal(GROUP, 3))));
    refused(Reason.MALFORMED_MESSAGE, commit(bundle().setGroupInfo(MlsBytes.commit(GROUP, 4))));
  }

  @Test
  void anyBytesAreRefusedByNameAndNeverThrowAnythingElse() {
    Random random = new Random(7);
    ByteString good = MlsBytes.application(GROUP, 5, new byte[30]);
    for (int i = 0; i < 2_000; i++) {
      byte[] bytes = good.toByteArray();
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
      int length = random.nextInt(bytes.length + 1);
      try {
        Admitted fine = SubmitAdmission.admit(message(ByteString.copyFrom(bytes, 0, length)));
        assertEquals("g:" + "74686520" + "67726f7570", fine.key());
      } catch (Refused refused) {
        assertTrue(
            refused.reason() == Reason.MALFORMED_MESSAGE
                || refused.reason() == Reason.GROUP_MISMATCH);
      }
    }
  }

  @Test
  void messageOfAnotherGroupIsRefused() {
    refused(Reason.GROUP_MISMATCH, message(MlsBytes.application(OTHER, 1, new byte[1])));
    refused(Reason.GROUP_MISMATCH, commit(bundle().setCommit(MlsBytes.commit(OTHER, 3))));
  }

  @Test
  void tooLargePayloadsAreRefused() {
    refused(
        Reason.PAYLOAD_TOO_LARGE,
        message(MlsBytes.application(GROUP, 1, new byte[SubmitLimits.MESSAGE_MAX])));
    refused(
        Reason.PAYLOAD_TOO_LARGE,
        commit(bundle().setWelcome(ByteString.copyFrom(new byte[SubmitLimits.COMMIT_BUNDLE_MAX]))));
  }

  @Test
  void fieldsOfTheWrongShapeAreRefused() {
    SubmitRequest good = message(MlsBytes.application(GROUP, 1, new byte[1]));
    refused(Reason.INVALID_FIELD, good.toBuilder().setSubmissionId(GROUP).build());
    refused(Reason.INVALID_FIELD, good.toBuilder().clearGroupId().build());
    refused(
        Reason.INVALID_FIELD,
        good.toBuilder().setGroupId(ByteString.copyFrom(new byte[256])).build());
    refused(Reason.INVALID_FIELD, good.toBuilder().setPass(GROUP).build());
    refused(Reason.INVALID_FIELD, good.toBuilder().clearBody().build());
    refused(Reason.WRONG_PASS, good.toBuilder().clearPass().build());
    refused(Reason.INVALID_FIELD, commit(bundle().setNextPassHash(GROUP)));
    refused(
        Reason.INVALID_FIELD,
        commit(bundle().addJoiners(Joiner.newBuilder().setKeyPackageRef(REF))));
  }

  @Test
  void creationNeedsATokenAndNoPass() throws Refused {
    CreateGroup.Builder create = CreateGroup.newBuilder().setPassHash(PASS);
    SubmitRequest good = request().clearPass().setCreate(create).build();
    assertTrue(SubmitAdmission.admit(good).needsToken());
    refused(Reason.INVALID_FIELD, request().setCreate(create).build());
    refused(
        Reason.INVALID_FIELD, good.toBuilder().setCreate(create.clone().setPastEpochs(65)).build());
    refused(
        Reason.GROUP_INFO_MISMATCH,
        good.toBuilder()
            .setCreate(create.clone().setGroupInfo(MlsBytes.groupInfo(GROUP, 1)))
            .build());
  }

  @Test
  void joinersMustBeThoseOfTheWelcome() throws Refused {
    Joiner joiner = Joiner.newBuilder().setKeyPackageRef(REF).setInboxId(ID).build();
    ByteString welcome = MlsBytes.welcome(List.of(REF));
    Admitted fine = SubmitAdmission.admit(commit(bundle().setWelcome(welcome).addJoiners(joiner)));
    assertEquals(1, fine.command().getCommit().getJoinersCount());
    refused(Reason.WELCOME_MISMATCH, commit(bundle().setWelcome(welcome)));
    refused(Reason.WELCOME_MISMATCH, commit(bundle().addJoiners(joiner)));
    refused(
        Reason.WELCOME_MISMATCH,
        commit(bundle().setWelcome(welcome).addJoiners(joiner).addJoiners(joiner)));
    refused(
        Reason.WELCOME_MISMATCH,
        commit(
            bundle().setWelcome(welcome).addJoiners(joiner.toBuilder().setKeyPackageRef(OTHER))));
  }

  @Test
  void groupInfoMustBeOfTheEpochThatTheCommitOpens() throws Refused {
    assertFalse(
        SubmitAdmission.admit(commit(bundle().setGroupInfo(MlsBytes.groupInfo(GROUP, 4))))
            .needsToken());
    refused(
        Reason.GROUP_INFO_MISMATCH, commit(bundle().setGroupInfo(MlsBytes.groupInfo(GROUP, 3))));
    refused(
        Reason.GROUP_INFO_MISMATCH, commit(bundle().setGroupInfo(MlsBytes.groupInfo(OTHER, 4))));
  }

  @Test
  void externalCommitNeedsATokenInsteadOfThePass() throws Refused {
    CommitBundle.Builder external = bundle().setCommit(MlsBytes.externalCommit(GROUP, 3));
    refused(Reason.INVALID_FIELD, commit(external));
    Admitted admitted = SubmitAdmission.admit(commit(external).toBuilder().clearPass().build());
    assertTrue(admitted.needsToken());
  }

  @Test
  void viewRefusesOnlyWhatIsCertain() throws Refused {
    GroupView view = new GroupView(7, false, Map.of(4L, PASS));
    view.check(new Admitted.Pass(4, PASS));
    view.check(new Admitted.Pass(9, OTHER));
    view.check(new Admitted.TokenToCreate());
    Refused wrong = assertThrows(Refused.class, () -> view.check(new Admitted.Pass(4, OTHER)));
    assertEquals(Reason.WRONG_PASS, wrong.reason());
    Refused closed = assertThrows(Refused.class, () -> view.check(new Admitted.TokenToJoin()));
    assertEquals(Reason.EXTERNAL_JOIN_CLOSED, closed.reason());
  }

  @Test
  void viewFollowsTheLogAndIsForgottenWhenEntriesAreMissing() {
    GroupView view = new GroupView(7, false, Map.of(4L, PASS));
    Sequenced commit =
        Sequenced.newBuilder()
            .setSequence(8)
            .setEpoch(4)
            .setCommit(PostCommit.newBuilder().setNextPassHash(OTHER))
            .build();
    GroupView next = view.after(commit).orElseThrow();
    assertEquals(Map.of(4L, PASS, 5L, OTHER), next.epochs());
    assertEquals(Optional.of(next), next.after(commit));
    assertEquals(Optional.empty(), next.after(commit.toBuilder().setSequence(10).build()));
  }
}
