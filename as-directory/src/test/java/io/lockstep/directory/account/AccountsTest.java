package io.lockstep.directory.account;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.lockstep.api.v1.Reason;
import io.lockstep.api.v1.RegisterRequest;
import io.lockstep.directory.Registration;
import java.security.SecureRandom;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;
import org.junit.jupiter.api.Test;

class AccountsTest {
  private final SecureRandom random = new SecureRandom();
  private final MemoryDirectoryLog log = new MemoryDirectoryLog();
  private final Accounts open = new Accounts(log, Registration.OPEN, random);
  private final Accounts byInvitation = new Accounts(log, Registration.BY_INVITATION, random);
  private final Person alice = new Person("alice", random);
  private final Person bob = new Person("bob", random);

  @Test
  void registrationMayBeRepeated() {
    open.register(alice.register(""));
    open.register(alice.register(""));

    assertEquals(1, log.entries.size());
  }

  @Test
  void aTakenNameIsRefusedForAnotherKey() {
    open.register(alice.register(""));

    assertRefused(Reason.USER_EXISTS, new Person("alice", random).register(""), open);
  }

  @Test
  void aUsedInvitationIsRefused() {
    String code = byInvitation.createInvitation();
    byInvitation.register(alice.register(code));

    byInvitation.register(alice.register(code));
    assertRefused(Reason.INVITATION_INVALID, bob.register(code), byInvitation);
  }

  @Test
  void aGuessedInvitationIsRefusedAndWritesNothing() {
    assertRefused(Reason.INVITATION_INVALID, bob.register(""), byInvitation);
    assertRefused(Reason.INVITATION_INVALID, bob.register("a".repeat(26)), byInvitation);
    assertRefused(Reason.INVITATION_INVALID, bob.register("a".repeat(5000)), byInvitation);

    assertEquals(0, log.entries.size());
  }

  @Test
  void aNameThatIsTakenBeforehandCostsNoInvitation() {
    byInvitation.register(alice.register(byInvitation.createInvitation()));
    String code = byInvitation.createInvitation();

    assertRefused(Reason.USER_EXISTS, new Person("alice", random).register(code), byInvitation);
    byInvitation.register(bob.register(code));
  }

  @Test
  void aSignatureOverAnythingElseIsRefused() {
    RegisterRequest good = alice.register("");
    byte[] flipped = good.getSignature().toByteArray();
    flipped[7] ^= 1;

    assertRefused(
        Reason.PROOF_INVALID,
        good.toBuilder().setSignature(ByteString.copyFrom(flipped)).build(),
        open);
    assertRefused(Reason.PROOF_INVALID, good.toBuilder().setUserName("alicf").build(), open);
    assertRefused(Reason.PROOF_INVALID, good.toBuilder().setInvitation("x").build(), open);
    assertRefused(
        Reason.PROOF_INVALID, good.toBuilder().setSignature(ByteString.EMPTY).build(), open);
    assertEquals(0, log.entries.size());
  }

  @Test
  void fieldsOfAWrongShapeAreRefused() {
    RegisterRequest good = alice.register("");
    for (String name : new String[] {"", "Alice", "al ice", "a/b", "a".repeat(65), "älice"}) {
      assertRefused(Reason.INVALID_FIELD, good.toBuilder().setUserName(name).build(), open);
    }
    // 31 bytes, and the neutral element, for which anybody can sign.
    byte[] neutral = new byte[32];
    neutral[0] = 1;
    for (byte[] key : new byte[][] {new byte[31], neutral}) {
      assertRefused(
          Reason.INVALID_FIELD,
          good.toBuilder().setAccountKey(ByteString.copyFrom(key)).build(),
          open);
    }
  }

  @Test
  void codesAreLongAndNeverTheSame() {
    String one = open.createInvitation();
    String other = open.createInvitation();

    assertTrue(one.matches("[a-z0-9]{26}"));
    assertTrue(!one.equals(other));
  }

  @Test
  void aKeyMayHaveSeveralAccounts() {
    Ed25519PrivateKeyParameters key = new Ed25519PrivateKeyParameters(random);
    open.register(new Person("one", key, key).register(""));
    open.register(new Person("two", key, key).register(""));
  }

  private static void assertRefused(Reason reason, RegisterRequest request, Accounts accounts) {
    Refusal refusal = assertThrows(Refusal.class, () -> accounts.register(request));
    assertEquals(reason, refusal.reason());
  }
}
