package io.lockstep.directory.law;

import com.google.protobuf.ByteString;
import io.lockstep.log.v1.AccountState;
import io.lockstep.log.v1.AddClient;
import io.lockstep.log.v1.CreateAccount;
import io.lockstep.log.v1.CreateClient;
import io.lockstep.log.v1.CreateInvitation;
import io.lockstep.log.v1.DirectoryClient;
import io.lockstep.log.v1.DirectoryEntry;
import io.lockstep.log.v1.DirectoryRefused.Reason;
import io.lockstep.log.v1.DirectoryStanding;
import io.lockstep.log.v1.DirectoryState;
import io.lockstep.log.v1.InvitationState;
import io.lockstep.log.v1.RedeemInvitation;
import io.lockstep.log.v1.ReleaseInvitation;
import io.lockstep.log.v1.ReserveSignatureKey;
import java.util.Optional;

/**
 * One method for each command: what it leads to, as an entry that has its outcome only. Every
 * command may be given again: then what is so already stands.
 */
final class Rules {
  private Rules() {}

  static DirectoryEntry.Builder decide(Optional<DirectoryState> state, CreateInvitation command) {
    return state.isPresent() ? standing() : entry().setInvitationCreated(command);
  }

  static DirectoryEntry.Builder decide(Optional<DirectoryState> state, RedeemInvitation command) {
    if (state.isEmpty()) {
      return refused(Reason.INVITATION_INVALID);
    }
    InvitationState invitation = state.get().getInvitation();
    if (isOpen(invitation)) {
      return entry().setInvitationRedeemed(command);
    }
    return isFor(invitation, command.getUserName(), command.getAccountKey())
        ? standing()
        : refused(Reason.INVITATION_INVALID);
  }

  static DirectoryEntry.Builder decide(Optional<DirectoryState> state, ReleaseInvitation command) {
    if (state.isEmpty()) {
      return refused(Reason.INVITATION_INVALID);
    }
    // Somebody else may have redeemed it since the release was first given: then it is done.
    return isFor(state.get().getInvitation(), command.getUserName(), command.getAccountKey())
        ? entry().setInvitationReleased(command)
        : standing();
  }

  static DirectoryEntry.Builder decide(Optional<DirectoryState> state, CreateAccount command) {
    if (state.isEmpty()) {
      return entry().setAccountCreated(command);
    }
    return state.get().getAccount().getAccountKey().equals(command.getAccountKey())
        ? standing()
        : refused(Reason.USER_EXISTS);
  }

  static DirectoryEntry.Builder decide(
      Optional<DirectoryState> state, ReserveSignatureKey command) {
    if (state.isEmpty()) {
      return entry().setSignatureKeyReserved(command);
    }
    ReserveSignatureKey reservation = state.get().getSignatureKey();
    return reservation.getUserName().equals(command.getUserName())
        ? entry().setStanding(DirectoryStanding.newBuilder().setReservation(reservation))
        : refused(Reason.CLIENT_KEY_IN_USE);
  }

  static DirectoryEntry.Builder decide(Optional<DirectoryState> state, AddClient command) {
    if (state.isEmpty()) {
      return refused(Reason.UNKNOWN_USER);
    }
    AccountState account = state.get().getAccount();
    Optional<DirectoryClient> known = find(account, command.getClient().getClientId());
    if (known.isPresent()) {
      return known.get().getSignatureKey().equals(command.getClient().getSignatureKey())
          ? entry().setClientAdded(command)
          : refused(Reason.CLIENT_ID_IN_USE);
    }
    return account.getClientsCount() < DirectoryLimits.CLIENTS_PER_ACCOUNT_MAX
        ? entry().setClientAdded(command)
        : refused(Reason.TOO_MANY_CLIENTS);
  }

  static DirectoryEntry.Builder decide(Optional<DirectoryState> state, CreateClient command) {
    if (state.isEmpty()) {
      return entry().setClientCreated(command);
    }
    return state.get().getClient().equals(command) ? standing() : refused(Reason.CLIENT_ID_IN_USE);
  }

  static DirectoryEntry.Builder refused(Reason reason) {
    DirectoryEntry.Builder entry = entry();
    entry.getRefusedBuilder().setReason(reason);
    return entry;
  }

  private static DirectoryEntry.Builder standing() {
    return entry().setStanding(DirectoryStanding.getDefaultInstance());
  }

  private static DirectoryEntry.Builder entry() {
    return DirectoryEntry.newBuilder();
  }

  private static boolean isOpen(InvitationState invitation) {
    return invitation.getAccountKey().isEmpty();
  }

  private static boolean isFor(InvitationState invitation, String userName, ByteString accountKey) {
    return invitation.getUserName().equals(userName)
        && invitation.getAccountKey().equals(accountKey);
  }

  private static Optional<DirectoryClient> find(AccountState account, ByteString clientId) {
    return account.getClientsList().stream()
        .filter(client -> client.getClientId().equals(clientId))
        .findFirst();
  }
}
