package io.lockstep.directory.account;

import com.google.protobuf.ByteString;
import io.lockstep.api.ToBeSigned;
import io.lockstep.api.v1.Reason;
import io.lockstep.api.v1.RegisterRequest;
import io.lockstep.directory.Registration;
import io.lockstep.directory.law.DirectoryLimits;
import io.lockstep.directory.law.StreamKeys;
import io.lockstep.log.v1.CreateAccount;
import io.lockstep.log.v1.CreateInvitation;
import io.lockstep.log.v1.DirectoryCommand;
import io.lockstep.log.v1.DirectoryEntry;
import io.lockstep.log.v1.DirectoryRefused;
import io.lockstep.log.v1.DirectoryState;
import io.lockstep.log.v1.RedeemInvitation;
import io.lockstep.log.v1.ReleaseInvitation;
import java.security.SecureRandom;
import java.util.Optional;

/** Makes accounts and invitations. */
public final class Accounts {
  private final DirectoryLog log;
  private final Registration registration;
  private final SecureRandom random;

  public Accounts(DirectoryLog log, Registration registration, SecureRandom random) {
    this.log = log;
    this.registration = registration;
    this.random = random;
  }

  /** Makes an invitation and returns its code, which is stored nowhere. */
  public String createInvitation() {
    String code = InvitationCode.random(random);
    CreateInvitation invitation =
        CreateInvitation.newBuilder().setCodeHash(InvitationCode.hash(code)).build();
    Answers.require(
        log.submit(DirectoryCommand.newBuilder().setCreateInvitation(invitation).build()));
    return code;
  }

  /**
   * Makes an account. First the invitation is bound to the name and key, then the account is made:
   * whoever retries with both finds either step done. If the name was lost to somebody else in
   * between, it is lost for good, and the invitation is given back.
   */
  public void register(RegisterRequest request) {
    requireWellFormed(request);
    byte[] accountKey = request.getAccountKey().toByteArray();
    Proof.requireSignature(
        accountKey,
        ToBeSigned.register(request.getUserName(), accountKey, request.getInvitation()),
        request.getSignature().toByteArray(),
        "signature");
    ByteString codeHash = InvitationCode.hash(request.getInvitation());
    Optional<DirectoryState> account = log.state(StreamKeys.account(request.getUserName()));
    if (account.isPresent()) {
      if (!account.get().getAccount().getAccountKey().equals(request.getAccountKey())) {
        // An attempt that was cut off may have bound the invitation before the name was lost.
        giveBack(request, codeHash);
        throw new Refusal(Reason.USER_EXISTS, "the name belongs to another account key");
      }
      return;
    }
    if (registration == Registration.BY_INVITATION) {
      redeem(request, codeHash);
    }
    DirectoryEntry made = log.submit(createAccount(request));
    if (made.getRefused().getReason() == DirectoryRefused.Reason.USER_EXISTS) {
      giveBack(request, codeHash);
    }
    Answers.require(made);
  }

  private void redeem(RegisterRequest request, ByteString hash) {
    // A guessed code must not cost a record in the log.
    if (request.getInvitation().length() != InvitationCode.CHARACTERS
        || log.state(StreamKeys.invitation(hash)).isEmpty()) {
      throw new Refusal(Reason.INVITATION_INVALID, "no such invitation");
    }
    RedeemInvitation redeem =
        RedeemInvitation.newBuilder()
            .setCodeHash(hash)
            .setUserName(request.getUserName())
            .setAccountKey(request.getAccountKey())
            .build();
    Answers.require(log.submit(DirectoryCommand.newBuilder().setRedeemInvitation(redeem).build()));
  }

  /** Opens an invitation again that is bound to an account that can never be. */
  private void giveBack(RegisterRequest request, ByteString hash) {
    Optional<DirectoryState> state = log.state(StreamKeys.invitation(hash));
    boolean isBoundToIt =
        state
            .map(DirectoryState::getInvitation)
            .filter(bound -> bound.getUserName().equals(request.getUserName()))
            .filter(bound -> bound.getAccountKey().equals(request.getAccountKey()))
            .isPresent();
    if (isBoundToIt) {
      ReleaseInvitation release =
          ReleaseInvitation.newBuilder()
              .setCodeHash(hash)
              .setUserName(request.getUserName())
              .setAccountKey(request.getAccountKey())
              .build();
      Answers.require(
          log.submit(DirectoryCommand.newBuilder().setReleaseInvitation(release).build()));
    }
  }

  private static DirectoryCommand createAccount(RegisterRequest request) {
    return DirectoryCommand.newBuilder()
        .setCreateAccount(
            CreateAccount.newBuilder()
                .setUserName(request.getUserName())
                .setAccountKey(request.getAccountKey()))
        .build();
  }

  private static void requireWellFormed(RegisterRequest request) {
    requireUserName(request.getUserName());
    Proof.requirePublicKey(request.getAccountKey().toByteArray(), "account_key");
  }

  static void requireUserName(String userName) {
    if (!DirectoryLimits.isUserName(userName)) {
      throw new Refusal(
          Reason.INVALID_FIELD, "user_name must be 1 to 64 of a-z, 0-9, '.', '_' and '-'");
    }
  }
}
