package io.lockstep.gateway.admission;

import io.lockstep.api.v1.Reason;
import io.lockstep.api.v1.SubmitResponse;
import io.lockstep.api.v1.WrongEpoch;
import io.lockstep.log.v1.Duplicate;
import io.lockstep.log.v1.Rejected;
import io.lockstep.log.v1.StreamEntry;

/** What a submitter is told about the entry that answers its submission. */
public final class Outcome {
  private Outcome() {}

  public static SubmitResponse of(StreamEntry entry) throws Refused {
    return switch (entry.getOutcomeCase()) {
      case SEQUENCED ->
          sequenced(entry.getSequenced().getSequence(), entry.getSequenced().getEpoch()).build();
      case DUPLICATE -> duplicate(entry.getDuplicate());
      case REJECTED -> rejected(entry.getRejected()).build();
      case OUTCOME_NOT_SET -> throw unreadable();
    };
  }

  private static SubmitResponse duplicate(Duplicate duplicate) throws Refused {
    SubmitResponse.Builder response =
        switch (duplicate.getOutcomeCase()) {
          case SEQUENCED ->
              sequenced(
                  duplicate.getSequenced().getSequence(), duplicate.getSequenced().getEpoch());
          case REJECTED -> rejected(duplicate.getRejected());
          case OUTCOME_NOT_SET -> throw unreadable();
        };
    return response.setDuplicate(true).build();
  }

  private static SubmitResponse.Builder sequenced(long sequence, long epoch) {
    return SubmitResponse.newBuilder()
        .setSequenced(
            io.lockstep.api.v1.Sequenced.newBuilder().setSequence(sequence).setEpoch(epoch));
  }

  private static SubmitResponse.Builder rejected(Rejected rejected) throws Refused {
    return switch (rejected.getReason()) {
      case WRONG_EPOCH ->
          SubmitResponse.newBuilder()
              .setWrongEpoch(
                  WrongEpoch.newBuilder()
                      .setCurrentEpoch(rejected.getCurrentEpoch())
                      .setWinnerSequence(rejected.getWinnerSequence()));
      case UNKNOWN_GROUP -> throw new Refused(Reason.UNKNOWN_GROUP, "there is no such group");
      case GROUP_EXISTS -> throw new Refused(Reason.GROUP_EXISTS, "there is such a group already");
      case WRONG_PASS ->
          throw new Refused(
              Reason.WRONG_PASS, "the pass is not that of the epoch that the message names");
      case EXTERNAL_JOIN_CLOSED ->
          throw new Refused(
              Reason.EXTERNAL_JOIN_CLOSED, "the group does not admit external commits");
      case MALFORMED_MESSAGE ->
          throw new Refused(Reason.MALFORMED_MESSAGE, "not the MLS message that it should be");
      case GROUP_MISMATCH ->
          throw new Refused(Reason.GROUP_MISMATCH, "the MLS message names another group");
      case WELCOME_MISMATCH ->
          throw new Refused(Reason.WELCOME_MISMATCH, "the joiners are not those of the Welcome");
      case GROUP_INFO_MISMATCH ->
          throw new Refused(
              Reason.GROUP_INFO_MISMATCH, "group_info is of another group or another epoch");
      case REASON_UNSPECIFIED, UNRECOGNIZED -> throw unreadable();
    };
  }

  /** A newer fold than this gateway knows wrote it: ask a newer gateway with the same id. */
  private static Refused unreadable() {
    return new Refused(Reason.OUTCOME_UNKNOWN, "the outcome is of a kind unknown to this gateway");
  }
}
