package io.lockstep.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.grpc.StatusRuntimeException;
import io.lockstep.api.ErrorContract;
import io.lockstep.api.v1.ClaimRequest;
import io.lockstep.api.v1.ClaimResult;
import io.lockstep.api.v1.CommitBundle;
import io.lockstep.api.v1.CountRequest;
import io.lockstep.api.v1.PublishRequest;
import io.lockstep.api.v1.Reason;
import io.lockstep.api.v1.SubmitRequest;
import io.lockstep.api.v1.SubmitResponse;
import io.lockstep.client.AccountKey;
import io.lockstep.client.ClientConfig;
import io.lockstep.client.ClientEvent;
import io.lockstep.client.GroupOptions;
import io.lockstep.client.LockstepClient;
import io.lockstep.client.ServiceTarget;
import io.lockstep.client.UserName;
import io.lockstep.client.state.StateKey;
import io.lockstep.deploy.node.LocalNode;
import io.lockstep.mls.CommitOptions;
import io.lockstep.mls.Credential;
import io.lockstep.mls.CredentialValidator;
import io.lockstep.mls.Group;
import io.lockstep.mls.GroupId;
import io.lockstep.mls.PendingCommit;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a hostile or broken client sends to a whole node: each case has its named error, nothing
 * that was refused early is in the log, and a well-behaved pair of clients on the same node goes on
 * on the connections that they have.
 */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class BadInputEndToEndTest {
  private static final int FLIPS = 40;

  @TempDir private static Path dir;

  private static LocalNode node;
  private static RawClient mallory;
  private static LockstepClient alice;
  private static LockstepClient bob;
  private static GroupId friends;
  private static final List<ClientEvent> BOBS_EVENTS = new ArrayList<>();

  private static final CredentialValidator ANY =
      new CredentialValidator() {
        @Override
        public void validate(Credential credential, byte[] signaturePublicKey) {}

        @Override
        public boolean sameClient(Credential credential, Credential successor) {
          return credential.equals(successor);
        }
      };

  @BeforeAll
  static void start() throws Exception {
    node = LocalNode.start(LocalNode.Options.in(dir.resolve("node")));
    mallory = new RawClient(node);
    mallory.enrol("mallory");
    alice = enrolled("alice");
    bob = enrolled("bob");
    bob.listen(
        event -> {
          synchronized (BOBS_EVENTS) {
            BOBS_EVENTS.add(event);
            BOBS_EVENTS.notifyAll();
          }
        });
    friends = alice.createGroup(GroupOptions.closed());
    alice.add(friends, new UserName("bob"));
  }

  @AfterAll
  static void stop() throws Exception {
    alice.close();
    bob.close();
    mallory.close();
    node.close();
  }

  /** After every case: the two others still talk, and bob has never been disconnected. */
  @AfterEach
  void theOthersAreNotDisturbed() throws Exception {
    String text = "still here " + System.nanoTime();
    alice.send(friends, text.getBytes(StandardCharsets.UTF_8));
    synchronized (BOBS_EVENTS) {
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
      while (!bobHas(text) && System.nanoTime() < deadline) {
        BOBS_EVENTS.wait(100);
      }
      assertTrue(bobHas(text), "bob did not get " + text + ": " + BOBS_EVENTS);
      assertTrue(
          BOBS_EVENTS.stream().noneMatch(ClientEvent.Disconnected.class::isInstance),
          "bob was disconnected: " + BOBS_EVENTS);
    }
  }

  private static boolean bobHas(String text) {
    return BOBS_EVENTS.stream()
        .anyMatch(
            event ->
                event instanceof ClientEvent.MessageReceived message
                    && new String(message.data(), StandardCharsets.UTF_8).equals(text));
  }

  @Test
  void malformedMlsBytes() throws Exception {
    Group group = created();
    byte[] good = group.protect(bytes("hello"), new byte[0], mallory.random).message();
    byte[] truncated = Arrays.copyOf(good, 20);
    byte[] trailing = Arrays.copyOf(good, good.length + 1);
    byte[] nonsense = bytes("this is not MLS");
    for (byte[] bad : List.of(truncated, trailing, nonsense, new byte[] {0})) {
      refused(
          Reason.MALFORMED_MESSAGE,
          () -> submit(mallory.submission(group).setMessage(ByteString.copyFrom(bad)).build()));
    }
    assertEquals(2, sequenced(submit(message(group, good))), "nothing was written before it");
  }

  @Test
  void aMessageOfAnotherGroup() throws Exception {
    Group group = created();
    Group other = created();
    byte[] message = other.protect(bytes("hello"), new byte[0], mallory.random).message();

    refused(Reason.GROUP_MISMATCH, () -> submit(message(group, message)));
  }

  @Test
  void aGroupThatDoesNotExist() throws Exception {
    Group group = mallory.createMlsGroup();
    byte[] message = group.protect(bytes("hello"), new byte[0], mallory.random).message();

    refused(Reason.UNKNOWN_GROUP, () -> submit(message(group, message)));
  }

  @Test
  void aStaleEpochIsAnOutcomeThatNamesTheWinner() throws Exception {
    Group group = created();
    PendingCommit first = commit(group);
    PendingCommit second = commit(group);
    long winner = sequenced(submit(commitSubmission(group, first)));

    SubmitResponse loser = submit(commitSubmission(group, second));

    assertTrue(loser.hasWrongEpoch(), loser::toString);
    assertEquals(1, loser.getWrongEpoch().getCurrentEpoch());
    assertEquals(winner, loser.getWrongEpoch().getWinnerSequence());
  }

  @Test
  void theSameCommitAgainIsToldThatItWon() throws Exception {
    Group group = created();
    SubmitRequest commit = commitSubmission(group, commit(group));
    long winner = sequenced(submit(commit));

    SubmitResponse again = submit(commit);

    assertTrue(again.getDuplicate());
    assertEquals(winner, sequenced(again));
  }

  @Test
  void aPassOfAnotherEpoch() throws Exception {
    Group group = created();
    PendingCommit commit = commit(group);
    submit(commitSubmission(group, commit));
    Group next = commit.next();
    byte[] message = next.protect(bytes("hello"), new byte[0], mallory.random).message();
    SubmitRequest withOldPass =
        message(next, message).toBuilder()
            .setPass(ByteString.copyFrom(RawClient.pass(group)))
            .build();

    refused(Reason.WRONG_PASS, () -> submit(withOldPass));
    assertEquals(3, sequenced(submit(message(next, message))), "nothing was written before it");
  }

  @Test
  void aPayloadOverTheLimit() throws Exception {
    Group group = created();
    byte[] message = group.protect(new byte[1 << 20], new byte[0], mallory.random).message();

    refused(Reason.PAYLOAD_TOO_LARGE, () -> submit(message(group, message)));
  }

  @Test
  void aForeignToken() throws Exception {
    SubmitRequest creation = mallory.creation(mallory.createMlsGroup());
    int dot = mallory.token().lastIndexOf('.');
    byte[] signature = Base64.getUrlDecoder().decode(mallory.token().substring(dot + 1));
    signature[10] ^= 1;
    String forged =
        mallory.token().substring(0, dot + 1)
            + Base64.getUrlEncoder().withoutPadding().encodeToString(signature);

    refused(Reason.TOKEN_INVALID, () -> mallory.delivery(forged).submit(creation));
    refused(Reason.TOKEN_INVALID, () -> mallory.delivery("nonsense").submit(creation));
    refused(Reason.TOKEN_MISSING, () -> mallory.anonymousDelivery().submit(creation));
    refused(
        Reason.TOKEN_INVALID, () -> mallory.keys(forged).count(CountRequest.getDefaultInstance()));
  }

  @Test
  void aKeyPackageWithOneBitFlipped() {
    byte[] good = mallory.keyPackage().keyPackage().encode();
    long seed = Long.getLong("lockstep.seed", System.nanoTime());
    System.out.println("seed: -Dlockstep.seed=" + seed);
    Random random = new Random(seed);
    for (int i = 0; i < FLIPS; i++) {
      byte[] bad = good.clone();
      bad[random.nextInt(bad.length)] ^= (byte) (1 << random.nextInt(8));
      PublishRequest request =
          PublishRequest.newBuilder().addOneTime(ByteString.copyFrom(bad)).build();
      refused(Reason.INVALID_KEY_PACKAGE, () -> mallory.keys(mallory.token()).publish(request));
    }
    assertEquals(
        0, mallory.keys(mallory.token()).count(CountRequest.getDefaultInstance()).getOneTime());
  }

  @Test
  void aSecondClaimOfTheLastOneTimePackage() {
    RawClient peggy = new RawClient(node);
    try (peggy) {
      peggy.enrol("peggy");
      byte[] only = peggy.keyPackage().keyPackage().encode();
      peggy
          .keys(peggy.token())
          .publish(PublishRequest.newBuilder().addOneTime(ByteString.copyFrom(only)).build());

      ClaimResult first = claim(peggy.clientId(), 1);
      ClaimResult second = claim(peggy.clientId(), 2);
      ClaimResult firstAgain = claim(peggy.clientId(), 1);

      assertEquals(ByteString.copyFrom(only), first.getClaimed().getKeyPackage());
      assertFalse(first.getClaimed().getLastResort());
      assertEquals(Reason.KEY_PACKAGES_EXHAUSTED, second.getFailure());
      assertEquals(first, firstAgain, "a retry of the claim gets what the claim got");
    }
  }

  private static ClaimResult claim(ByteString client, int id) {
    byte[] claimId = new byte[16];
    claimId[0] = (byte) id;
    return mallory
        .keys(mallory.token())
        .claim(
            ClaimRequest.newBuilder()
                .setClaimId(ByteString.copyFrom(claimId))
                .addClientIds(client)
                .setCipherSuite(1)
                .build())
        .getResults(0);
  }

  private static Group created() throws Exception {
    Group group = mallory.createMlsGroup();
    assertEquals(1, sequenced(submit(mallory.creation(group))));
    return group;
  }

  private static PendingCommit commit(Group group) throws Exception {
    return group.commit(CommitOptions.empty().forcePath(), ANY, mallory.random, Instant.now());
  }

  private static SubmitRequest commitSubmission(Group group, PendingCommit commit) {
    return mallory
        .submission(group)
        .setCommit(
            CommitBundle.newBuilder()
                .setCommit(ByteString.copyFrom(commit.commit()))
                .setNextPassHash(RawClient.passHash(commit.next())))
        .build();
  }

  private static SubmitRequest message(Group group, byte[] message) {
    return mallory.submission(group).setMessage(ByteString.copyFrom(message)).build();
  }

  private static SubmitResponse submit(SubmitRequest request) {
    return mallory.delivery(mallory.token()).submit(request);
  }

  private static long sequenced(SubmitResponse response) {
    assertTrue(response.hasSequenced(), response::toString);
    return response.getSequenced().getSequence();
  }

  private static void refused(Reason reason, Executable call) {
    StatusRuntimeException refusal = assertThrows(StatusRuntimeException.class, call);
    assertEquals(Optional.of(reason), ErrorContract.reason(refusal), refusal::toString);
    assertEquals(ErrorContract.code(reason), refusal.getStatus().getCode());
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static LockstepClient enrolled(String name) {
    LockstepClient client =
        LockstepClient.open(
            ClientConfig.of(
                dir.resolve(name),
                StateKey.passphrase("a passphrase"),
                ServiceTarget.plaintext(node.gatewayTarget()),
                ServiceTarget.plaintext(node.authenticationTarget()),
                node.trustAnchor()));
    UserName user = new UserName(name);
    AccountKey account = AccountKey.generate(new SecureRandom());
    client.register(user, account, "");
    client.enrol(user, account);
    client.publishKeyPackages(5);
    return client;
  }
}
