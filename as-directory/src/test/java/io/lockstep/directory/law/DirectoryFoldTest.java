package io.lockstep.directory.law;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.lockstep.chainlog.SubmissionPoint;
import io.lockstep.log.v1.AddClient;
import io.lockstep.log.v1.CreateAccount;
import io.lockstep.log.v1.CreateClient;
import io.lockstep.log.v1.CreateInvitation;
import io.lockstep.log.v1.DirectoryClient;
import io.lockstep.log.v1.DirectoryCommand;
import io.lockstep.log.v1.DirectoryEntry;
import io.lockstep.log.v1.DirectoryRefused.Reason;
import io.lockstep.log.v1.DirectoryState;
import io.lockstep.log.v1.RedeemInvitation;
import io.lockstep.log.v1.ReleaseInvitation;
import io.lockstep.log.v1.ReserveSignatureKey;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class DirectoryFoldTest {
  private static final ByteString HASH = bytes(32, 1);
  private static final ByteString ALICE_KEY = bytes(32, 2);
  private static final ByteString BOB_KEY = bytes(32, 3);
  private static final ByteString SIGNATURE_KEY = bytes(32, 4);
  private static final ByteString CLIENT = bytes(16, 5);
  private static final ByteString INBOX = bytes(16, 6);

  private final DirectoryFold fold = new DirectoryFold();
  private final Map<String, DirectoryState> states = new HashMap<>();
  private long offset;

  @Test
  void anInvitationIsRedeemedByOneAccountOnly() {
    submit(invite());

    assertTrue(submit(redeem("alice", ALICE_KEY)).hasInvitationRedeemed());
    assertTrue(submit(redeem("alice", ALICE_KEY)).hasStanding());
    assertEquals(Reason.INVITATION_INVALID, reason(submit(redeem("bob", BOB_KEY))));
    assertEquals(Reason.INVITATION_INVALID, reason(submit(redeem("alice", BOB_KEY))));
  }

  @Test
  void anUnknownInvitationIsRefused() {
    assertEquals(Reason.INVITATION_INVALID, reason(submit(redeem("alice", ALICE_KEY))));
  }

  @Test
  void aReleasedInvitationIsOpenAgainAndOnlyItsHolderReleases() {
    submit(invite());
    submit(redeem("alice", ALICE_KEY));

    assertTrue(submit(release("bob", BOB_KEY)).hasStanding());
    assertEquals(Reason.INVITATION_INVALID, reason(submit(redeem("bob", BOB_KEY))));
    assertTrue(submit(release("alice", ALICE_KEY)).hasInvitationReleased());
    assertTrue(submit(redeem("bob", BOB_KEY)).hasInvitationRedeemed());
  }

  @Test
  void makingAnInvitationAgainDoesNotOpenIt() {
    submit(invite());
    submit(redeem("alice", ALICE_KEY));

    assertTrue(submit(invite()).hasStanding());
    assertEquals(Reason.INVITATION_INVALID, reason(submit(redeem("bob", BOB_KEY))));
  }

  @Test
  void aUserNameBelongsToTheFirstKey() {
    assertTrue(submit(account("alice", ALICE_KEY)).hasAccountCreated());
    assertTrue(submit(account("alice", ALICE_KEY)).hasStanding());
    assertEquals(Reason.USER_EXISTS, reason(submit(account("alice", BOB_KEY))));
  }

  @Test
  void aSignatureKeyBelongsToOneAccountAndKeepsItsIds() {
    assertTrue(submit(reserve("alice", CLIENT)).hasSignatureKeyReserved());

    DirectoryEntry again = submit(reserve("alice", bytes(16, 9)));
    assertEquals(CLIENT, again.getStanding().getReservation().getClientId());
    assertEquals(Reason.CLIENT_KEY_IN_USE, reason(submit(reserve("bob", CLIENT))));
  }

  @Test
  void aClientNeedsAnAccount() {
    assertEquals(Reason.UNKNOWN_USER, reason(submit(add("alice", CLIENT, SIGNATURE_KEY, 1))));
  }

  @Test
  void aClientAddedAgainHasTheNewCertificate() {
    submit(account("alice", ALICE_KEY));
    submit(add("alice", CLIENT, SIGNATURE_KEY, 1));
    submit(add("alice", CLIENT, SIGNATURE_KEY, 2));

    var account = states.get("u:alice").getAccount();
    assertEquals(1, account.getClientsCount());
    assertEquals(bytes(8, 2), account.getClients(0).getCertificateChain(0));
    assertEquals(Reason.CLIENT_ID_IN_USE, reason(submit(add("alice", CLIENT, BOB_KEY, 3))));
  }

  @Test
  void anAccountHasNoMoreClientsThanItMay() {
    submit(account("alice", ALICE_KEY));
    for (int i = 0; i < DirectoryLimits.CLIENTS_PER_ACCOUNT_MAX; i++) {
      assertTrue(submit(add("alice", bytes(16, 100 + i), bytes(32, 100 + i), 1)).hasClientAdded());
    }

    assertEquals(Reason.TOO_MANY_CLIENTS, reason(submit(add("alice", CLIENT, SIGNATURE_KEY, 1))));
    assertTrue(submit(add("alice", bytes(16, 100), bytes(32, 100), 2)).hasClientAdded());
  }

  @Test
  void aClientIsWhatItWasMadeAs() {
    assertTrue(submit(client(SIGNATURE_KEY)).hasClientCreated());
    assertTrue(submit(client(SIGNATURE_KEY)).hasStanding());
    assertEquals(Reason.CLIENT_ID_IN_USE, reason(submit(client(BOB_KEY))));
  }

  @Test
  void malformedCommandsAreRefusedAndChangeNothing() {
    for (DirectoryCommand command :
        new DirectoryCommand[] {
          DirectoryCommand.getDefaultInstance(),
          account("Alice", ALICE_KEY),
          account("", ALICE_KEY),
          account("a".repeat(65), ALICE_KEY),
          account("alice\n", ALICE_KEY),
          account("alice", bytes(31, 1)),
          reserve("alice", bytes(15, 1)),
          add("alice", CLIENT, SIGNATURE_KEY.substring(1), 1),
        }) {
      assertEquals(Reason.MALFORMED, reason(submit(command)), command.toString());
    }
    assertTrue(states.isEmpty());
    DirectoryEntry garbage = fold.undecodable("u:alice", at());
    assertEquals(OptionalLong.empty(), fold.sequence(garbage));
    assertEquals(Optional.empty(), fold.apply(Optional.empty(), garbage));
  }

  @Test
  void sequenceIsDenseAndStandingHasNone() {
    assertEquals(1, submit(account("alice", ALICE_KEY)).getSequence());
    assertEquals(0, submit(account("alice", ALICE_KEY)).getSequence());
    assertEquals(2, submit(add("alice", CLIENT, SIGNATURE_KEY, 1)).getSequence());
  }

  @Test
  void headersSayWhatHappened() {
    DirectoryEntry made = submit(account("alice", ALICE_KEY));
    DirectoryEntry refused = submit(account("alice", BOB_KEY));

    assertEquals("{kind=account_created, seq=1, verdict=accepted}", fold.headers(made).toString());
    assertEquals("{kind=refused, verdict=USER_EXISTS}", fold.headers(refused).toString());
  }

  private DirectoryEntry submit(DirectoryCommand command) {
    String key = fold.commandKey(command);
    Optional<DirectoryState> state = Optional.ofNullable(states.get(key));
    DirectoryEntry entry = fold.decide(state, command, at());
    assertEquals(key, fold.entryKey(entry));
    fold.apply(state, entry).ifPresent(next -> states.put(key, next));
    return entry;
  }

  private SubmissionPoint at() {
    return new SubmissionPoint(0, offset++, 1_000, 1);
  }

  private static Reason reason(DirectoryEntry entry) {
    assertEquals(0, entry.getSequence());
    return entry.getRefused().getReason();
  }

  private static ByteString bytes(int length, int value) {
    byte[] bytes = new byte[length];
    java.util.Arrays.fill(bytes, (byte) value);
    return ByteString.copyFrom(bytes);
  }

  private static DirectoryCommand invite() {
    return DirectoryCommand.newBuilder()
        .setCreateInvitation(CreateInvitation.newBuilder().setCodeHash(HASH))
        .build();
  }

  private static DirectoryCommand redeem(String user, ByteString key) {
    return DirectoryCommand.newBuilder()
        .setRedeemInvitation(
            RedeemInvitation.newBuilder().setCodeHash(HASH).setUserName(user).setAccountKey(key))
        .build();
  }

  private static DirectoryCommand release(String user, ByteString key) {
    return DirectoryCommand.newBuilder()
        .setReleaseInvitation(
            ReleaseInvitation.newBuilder().setCodeHash(HASH).setUserName(user).setAccountKey(key))
        .build();
  }

  private static DirectoryCommand account(String user, ByteString key) {
    return DirectoryCommand.newBuilder()
        .setCreateAccount(CreateAccount.newBuilder().setUserName(user).setAccountKey(key))
        .build();
  }

  private static DirectoryCommand reserve(String user, ByteString clientId) {
    return DirectoryCommand.newBuilder()
        .setReserveSignatureKey(
            ReserveSignatureKey.newBuilder()
                .setSignatureKey(SIGNATURE_KEY)
                .setUserName(user)
                .setClientId(clientId)
                .setInboxId(INBOX))
        .build();
  }

  private static DirectoryCommand add(String user, ByteString id, ByteString key, int chain) {
    return DirectoryCommand.newBuilder()
        .setAddClient(
            AddClient.newBuilder()
                .setUserName(user)
                .setClient(
                    DirectoryClient.newBuilder()
                        .setClientId(id)
                        .setSignatureKey(key)
                        .addCertificateChain(bytes(8, chain))))
        .build();
  }

  private static DirectoryCommand client(ByteString key) {
    return DirectoryCommand.newBuilder()
        .setCreateClient(
            CreateClient.newBuilder().setClientId(CLIENT).setInboxId(INBOX).setSignatureKey(key))
        .build();
  }
}
