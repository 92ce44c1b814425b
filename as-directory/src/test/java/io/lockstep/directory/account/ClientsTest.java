package io.lockstep.directory.account;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.lockstep.api.v1.EnrollClientRequest;
import io.lockstep.api.v1.Reason;
import io.lockstep.api.v1.RefreshTokenRequest;
import io.lockstep.directory.Registration;
import io.lockstep.directory.account.MemoryDirectoryLog.Fault;
import io.lockstep.directory.credential.CertificateAuthority;
import io.lockstep.directory.key.KeyDirectory;
import io.lockstep.directory.law.DirectoryLimits;
import io.lockstep.directory.token.ClientToken;
import io.lockstep.directory.token.TokenIssuer;
import io.lockstep.log.v1.DirectoryClient;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

class ClientsTest {
  private static final Instant START = Instant.parse("2026-11-01T12:00:00Z");

  @TempDir Path dir;
  private final SecureRandom random = new SecureRandom();
  private final MemoryDirectoryLog log = new MemoryDirectoryLog();
  private final Accounts accounts = new Accounts(log, Registration.OPEN, random);
  private final Person alice = new Person("alice", random);
  private Instant now = START;
  private Clients clients;

  @BeforeEach
  void start() {
    KeyDirectory keys = KeyDirectory.open(dir.resolve("keys"), random);
    clients =
        new Clients(
            log,
            CertificateAuthority.open(keys, Duration.ofDays(90), random, now),
            TokenIssuer.open(keys, Duration.ofMinutes(15)),
            random,
            () -> now);
    accounts.register(alice.register(""));
  }

  @Test
  void enrolmentAgainGivesTheSameClientAndAFreshCertificate() {
    EnrolledClient first = clients.enroll(alice.enroll());
    now = now.plusSeconds(10);
    EnrolledClient second = clients.enroll(alice.enroll());

    assertEquals(first.clientId(), second.clientId());
    assertEquals(first.inboxId(), second.inboxId());
    assertNotEquals(first.certificateChain(), second.certificateChain());
    List<DirectoryClient> found = clients.lookup(second.token().text(), "alice");
    assertEquals(1, found.size());
    assertEquals(second.certificateChain(), found.getFirst().getCertificateChainList());
    assertArrayEquals(alice.clientKey(), found.getFirst().getSignatureKey().toByteArray());
  }

  @Test
  void anEnrolmentThatWasCutOffAnywhereIsCompletedByItsRetry() {
    for (Fault fault : new Fault[] {Fault.LOST, Fault.UNANSWERED}) {
      for (int cutAt = 0; cutAt < 3; cutAt++) {
        Person person = new Person("alice", alice.account, new Ed25519PrivateKeyParameters(random));
        int at = cutAt;
        int[] submitted = {0};
        log.faults = () -> submitted[0]++ == at ? fault : Fault.NONE;
        assertThrows(Refusal.class, () -> clients.enroll(person.enroll()));

        EnrolledClient enrolled = clients.enroll(person.enroll());
        clients.refresh(person.refresh(enrolled.clientId(), now.toEpochMilli()));
      }
    }
    String token = clients.enroll(alice.enroll()).token().text();
    assertEquals(7, clients.lookup(token, "alice").size());
  }

  @Test
  void enrolmentOfAnUnknownUserIsRefused() {
    assertRefused(Reason.UNKNOWN_USER, () -> clients.enroll(new Person("nobody", random).enroll()));
  }

  @Test
  void aKeyOfAnotherAccountIsRefused() {
    clients.enroll(alice.enroll());
    Person mallory = new Person("mallory", new Ed25519PrivateKeyParameters(random), alice.client);
    accounts.register(mallory.register(""));

    assertRefused(Reason.CLIENT_KEY_IN_USE, () -> clients.enroll(mallory.enroll()));
  }

  @Test
  void enrolmentNeedsBothSignatures() {
    EnrollClientRequest good = alice.enroll();
    Person mallory = new Person("alice", random);

    assertRefused(Reason.PROOF_INVALID, () -> clients.enroll(mallory.enroll()));
    assertRefused(
        Reason.PROOF_INVALID,
        () ->
            clients.enroll(
                good.toBuilder().setClientSignature(good.getAccountSignature()).build()));
    assertRefused(
        Reason.PROOF_INVALID,
        () ->
            clients.enroll(
                good.toBuilder().setAccountSignature(good.getClientSignature()).build()));
    assertRefused(
        Reason.INVALID_FIELD,
        () -> clients.enroll(good.toBuilder().setSignatureKey(ByteString.EMPTY).build()));
    assertRefused(
        Reason.INVALID_FIELD,
        () -> clients.enroll(new Person("alice", alice.account, alice.account).enroll()));
  }

  @Test
  void anAccountIsFullAtItsLimitButItsClientsMayRenew() {
    clients.enroll(alice.enroll());
    for (int i = 1; i < DirectoryLimits.CLIENTS_PER_ACCOUNT_MAX; i++) {
      clients.enroll(
          new Person("alice", alice.account, new Ed25519PrivateKeyParameters(random)).enroll());
    }
    int written = log.entries.size();

    assertRefused(
        Reason.TOO_MANY_CLIENTS,
        () ->
            clients.enroll(
                new Person("alice", alice.account, new Ed25519PrivateKeyParameters(random))
                    .enroll()));
    assertEquals(written, log.entries.size());
    clients.enroll(alice.enroll());
  }

  @Test
  void aTokenIsRefreshedWithinAMinuteOfTheProofAndNotLater() {
    ByteString id = clients.enroll(alice.enroll()).clientId();
    RefreshTokenRequest request = alice.refresh(id, now.toEpochMilli());

    now = START.plusSeconds(60);
    ClientToken token = clients.refresh(request);
    assertEquals(now.plus(Duration.ofMinutes(15)).toEpochMilli(), token.expiresMillis());
    now = START.plusSeconds(60).plusMillis(1);
    assertRefused(Reason.PROOF_INVALID, () -> clients.refresh(request));
    now = START.minusSeconds(60).minusMillis(1);
    assertRefused(Reason.PROOF_INVALID, () -> clients.refresh(request));
    for (long time : new long[] {Long.MIN_VALUE, Long.MAX_VALUE, 0}) {
      assertRefused(Reason.PROOF_INVALID, () -> clients.refresh(alice.refresh(id, time)));
    }
  }

  @Test
  void aTokenIsRefreshedByItsClientOnly() {
    ByteString id = clients.enroll(alice.enroll()).clientId();
    long time = now.toEpochMilli();

    assertRefused(
        Reason.PROOF_INVALID, () -> clients.refresh(new Person("alice", random).refresh(id, time)));
    assertRefused(
        Reason.PROOF_INVALID,
        () -> clients.refresh(alice.refresh(id, time).toBuilder().setTimeMs(time + 1).build()));
    assertRefused(
        Reason.UNKNOWN_CLIENT,
        () -> clients.refresh(alice.refresh(ByteString.copyFrom(new byte[16]), time)));
    assertRefused(
        Reason.INVALID_FIELD, () -> clients.refresh(alice.refresh(ByteString.EMPTY, time)));
  }

  @Test
  void lookupNeedsATokenThatIsGood() {
    String token = clients.enroll(alice.enroll()).token().text();

    assertRefused(Reason.TOKEN_MISSING, () -> clients.lookup("", "alice"));
    assertRefused(Reason.TOKEN_INVALID, () -> clients.lookup("x" + token, "alice"));
    assertRefused(Reason.UNKNOWN_USER, () -> clients.lookup(token, "nobody"));
    now = START.plus(Duration.ofMinutes(15));
    assertRefused(Reason.TOKEN_EXPIRED, () -> clients.lookup(token, "alice"));
  }

  @Test
  void nothingThatIsPrintedHoldsTheToken() {
    EnrolledClient enrolled = clients.enroll(alice.enroll());

    assertTrue(!enrolled.toString().contains(enrolled.token().text()));
  }

  private static void assertRefused(Reason reason, Executable call) {
    assertEquals(reason, assertThrows(Refusal.class, call).reason());
  }
}
