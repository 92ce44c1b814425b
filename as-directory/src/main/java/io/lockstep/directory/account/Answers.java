package io.lockstep.directory.account;

import io.lockstep.api.v1.Reason;
import io.lockstep.log.v1.DirectoryEntry;

/** Turns the refusals of the fold into those of the API. */
final class Answers {
  private Answers() {}

  /** Returns the entry if it says that the command has its effect, now or before. */
  static DirectoryEntry require(DirectoryEntry entry) {
    if (!entry.hasRefused()) {
      return entry;
    }
    throw switch (entry.getRefused().getReason()) {
      case INVITATION_INVALID ->
          new Refusal(Reason.INVITATION_INVALID, "the invitation was used for another account");
      case USER_EXISTS ->
          new Refusal(Reason.USER_EXISTS, "the name belongs to another account key");
      case UNKNOWN_USER -> new Refusal(Reason.UNKNOWN_USER, "no such account");
      case CLIENT_KEY_IN_USE ->
          new Refusal(Reason.CLIENT_KEY_IN_USE, "the signature key is another account's");
      case TOO_MANY_CLIENTS ->
          new Refusal(Reason.TOO_MANY_CLIENTS, "the account has as many clients as it may");
      case MALFORMED, CLIENT_ID_IN_USE, REASON_UNSPECIFIED, UNRECOGNIZED ->
          new Refusal(
              Reason.INTERNAL_ERROR,
              "the log refused a command: " + entry.getRefused().getReason());
    };
  }
}
