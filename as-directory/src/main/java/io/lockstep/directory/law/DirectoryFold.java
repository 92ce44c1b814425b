package io.lockstep.directory.law;

import com.google.protobuf.ByteString;
import io.lockstep.chainlog.Codec;
import io.lockstep.chainlog.Fold;
import io.lockstep.chainlog.StateCodec;
import io.lockstep.chainlog.SubmissionPoint;
import io.lockstep.log.v1.AccountState;
import io.lockstep.log.v1.DirectoryClient;
import io.lockstep.log.v1.DirectoryCommand;
import io.lockstep.log.v1.DirectoryEntry;
import io.lockstep.log.v1.DirectoryRefused.Reason;
import io.lockstep.log.v1.DirectoryState;
import io.lockstep.log.v1.InvitationState;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** The fold of the log "lockstep.directory". {@code directory.proto} says what the records mean. */
public final class DirectoryFold implements Fold<DirectoryState, DirectoryCommand, DirectoryEntry> {
  @Override
  public int latestVersion() {
    return 1;
  }

  @Override
  public String commandKey(DirectoryCommand command) {
    return switch (command.getBodyCase()) {
      case CREATE_INVITATION -> StreamKeys.invitation(command.getCreateInvitation().getCodeHash());
      case REDEEM_INVITATION -> StreamKeys.invitation(command.getRedeemInvitation().getCodeHash());
      case RELEASE_INVITATION ->
          StreamKeys.invitation(command.getReleaseInvitation().getCodeHash());
      case CREATE_ACCOUNT -> StreamKeys.account(command.getCreateAccount().getUserName());
      case RESERVE_SIGNATURE_KEY ->
          StreamKeys.signatureKey(command.getReserveSignatureKey().getSignatureKey());
      case ADD_CLIENT -> StreamKeys.account(command.getAddClient().getUserName());
      case CREATE_CLIENT -> StreamKeys.client(command.getCreateClient().getClientId());
      case BODY_NOT_SET -> "";
    };
  }

  @Override
  public String entryKey(DirectoryEntry entry) {
    return entry.getKey();
  }

  @Override
  public DirectoryEntry decide(
      Optional<DirectoryState> state, DirectoryCommand command, SubmissionPoint at) {
    DirectoryEntry.Builder entry =
        WellFormed.is(command) ? rule(state, command) : Rules.refused(Reason.MALFORMED);
    if (changesState(entry.getOutcomeCase())) {
      entry.setSequence(state.map(DirectoryState::getSequence).orElse(0L) + 1);
    }
    return entry.setKey(commandKey(command)).setTimeMs(at.timeMillis()).build();
  }

  @Override
  public Optional<DirectoryState> apply(Optional<DirectoryState> state, DirectoryEntry entry) {
    if (!changesState(entry.getOutcomeCase())) {
      return state;
    }
    DirectoryState.Builder next =
        state.map(DirectoryState::toBuilder).orElseGet(DirectoryState::newBuilder);
    switch (entry.getOutcomeCase()) {
      case INVITATION_CREATED, INVITATION_RELEASED ->
          next.setInvitation(InvitationState.getDefaultInstance());
      case INVITATION_REDEEMED ->
          next.getInvitationBuilder()
              .setUserName(entry.getInvitationRedeemed().getUserName())
              .setAccountKey(entry.getInvitationRedeemed().getAccountKey());
      case ACCOUNT_CREATED ->
          next.getAccountBuilder().setAccountKey(entry.getAccountCreated().getAccountKey());
      case SIGNATURE_KEY_RESERVED -> next.setSignatureKey(entry.getSignatureKeyReserved());
      case CLIENT_ADDED -> put(next.getAccountBuilder(), entry.getClientAdded().getClient());
      case CLIENT_CREATED -> next.setClient(entry.getClientCreated());
      case STANDING, REFUSED, OUTCOME_NOT_SET -> {}
    }
    return Optional.of(next.setSequence(entry.getSequence()).build());
  }

  @Override
  public OptionalLong sequence(DirectoryEntry entry) {
    return entry.getSequence() > 0 ? OptionalLong.of(entry.getSequence()) : OptionalLong.empty();
  }

  @Override
  public long newest(DirectoryState state) {
    return state.getSequence();
  }

  @Override
  public Map<String, String> headers(DirectoryEntry entry) {
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("kind", entry.getOutcomeCase().name().toLowerCase(Locale.ROOT));
    sequence(entry).ifPresent(sequence -> headers.put("seq", Long.toString(sequence)));
    headers.put(
        "verdict",
        switch (entry.getOutcomeCase()) {
          case REFUSED -> entry.getRefused().getReason().name();
          case STANDING -> "standing";
          case INVITATION_CREATED,
              INVITATION_REDEEMED,
              INVITATION_RELEASED,
              ACCOUNT_CREATED,
              SIGNATURE_KEY_RESERVED,
              CLIENT_ADDED,
              CLIENT_CREATED,
              OUTCOME_NOT_SET ->
              "accepted";
        });
    return headers;
  }

  @Override
  public Codec<DirectoryCommand> commands() {
    return Codec.proto(DirectoryCommand.parser());
  }

  @Override
  public Codec<DirectoryEntry> entries() {
    return Codec.proto(DirectoryEntry.parser());
  }

  @Override
  public StateCodec<DirectoryState> states() {
    return StateCodec.whole(Codec.proto(DirectoryState.parser()));
  }

  @Override
  public DirectoryEntry undecodable(String key, SubmissionPoint at) {
    return Rules.refused(Reason.MALFORMED).setKey(key).setTimeMs(at.timeMillis()).build();
  }

  private static DirectoryEntry.Builder rule(
      Optional<DirectoryState> state, DirectoryCommand command) {
    return switch (command.getBodyCase()) {
      case CREATE_INVITATION -> Rules.decide(state, command.getCreateInvitation());
      case REDEEM_INVITATION -> Rules.decide(state, command.getRedeemInvitation());
      case RELEASE_INVITATION -> Rules.decide(state, command.getReleaseInvitation());
      case CREATE_ACCOUNT -> Rules.decide(state, command.getCreateAccount());
      case RESERVE_SIGNATURE_KEY -> Rules.decide(state, command.getReserveSignatureKey());
      case ADD_CLIENT -> Rules.decide(state, command.getAddClient());
      case CREATE_CLIENT -> Rules.decide(state, command.getCreateClient());
      case BODY_NOT_SET -> Rules.refused(Reason.MALFORMED);
    };
  }

  private static boolean changesState(DirectoryEntry.OutcomeCase outcome) {
    return switch (outcome) {
      case INVITATION_CREATED,
          INVITATION_REDEEMED,
          INVITATION_RELEASED,
          ACCOUNT_CREATED,
          SIGNATURE_KEY_RESERVED,
          CLIENT_ADDED,
          CLIENT_CREATED ->
          true;
      case STANDING, REFUSED, OUTCOME_NOT_SET -> false;
    };
  }

  private static void put(AccountState.Builder account, DirectoryClient client) {
    ByteString id = client.getClientId();
    for (int i = 0; i < account.getClientsCount(); i++) {
      if (account.getClients(i).getClientId().equals(id)) {
        account.setClients(i, client);
        return;
      }
    }
    account.addClients(client);
  }
}
