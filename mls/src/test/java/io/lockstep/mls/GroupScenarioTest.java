package io.lockstep.mls;

import static io.lockstep.mls.TestClient.NOW;
import static io.lockstep.mls.TestClient.TRUST;
import static io.lockstep.mls.TestClient.utf8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lockstep.mls.crypto.CipherSuite;
import io.lockstep.mls.crypto.Secret;
import io.lockstep.mls.message.PreSharedKeyId;
import io.lockstep.mls.message.Proposal;
import io.lockstep.mls.message.RequiredCapabilities;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class GroupScenarioTest {
  private final TestClient alice = TestClient.named("alice");
  private final TestClient bob = TestClient.named("bob");
  private final TestClient carol = TestClient.named("carol");
  private final TestClient dave = TestClient.named("dave");

  @BeforeEach
  void threeMembers() throws Exception {
    alice.creates();
    PendingCommit added =
        alice.commits(
            CommitOptions.empty()
                .add(bob.keyPackage())
                .add(carol.keyPackage())
                .ratchetTreeInWelcome());
    alice.set(added.next());
    byte[] welcome = added.welcome().orElseThrow();
    assertEquals(2, WelcomeSplit.split(welcome).size());
    bob.joins(WelcomeSplit.split(welcome).get(bob.bundle().keyPackage().ref()));
    carol.joins(welcome);
    assertInStep(alice, bob, carol);
  }

  @Test
  void membersReadEachOtherInAnyOrder() throws Exception {
    byte[] first = alice.says("one");
    byte[] second = alice.says("two");
    byte[] third = carol.says("three");
    assertEquals("two", bob.reads(second));
    assertEquals("three", bob.reads(third));
    Effect.ApplicationMessage message =
        assertInstanceOf(Effect.ApplicationMessage.class, bob.receives(first));
    assertArrayEquals(utf8("one"), message.data());
    assertArrayEquals(utf8("aad"), message.authenticatedData());
    assertEquals(alice.credential, message.sender().credential());
    assertEquals(alice.leaf(), message.sender().leaf());
    assertEquals("one", carol.reads(first));
    assertEquals("three", alice.reads(third));
  }

  @Test
  void removedMemberIsToldAndReadsNothingNewer() throws Exception {
    byte[] before = alice.says("with carol");
    PendingCommit removal = bob.commits(CommitOptions.empty().remove(carol.leaf()));
    Effect.Removed removed =
        assertInstanceOf(Effect.Removed.class, carol.receives(removal.commit()));
    assertEquals(bob.credential, removed.committer().credential());
    bob.set(removal.next());
    Effect.CommitApplied applied =
        assertInstanceOf(Effect.CommitApplied.class, alice.receives(removal.commit()));
    assertEquals(carol.credential, applied.removed().getFirst().credential());
    assertInStep(alice, bob);
    byte[] after = alice.says("without carol");
    assertEquals("without carol", bob.reads(after));
    assertThrows(MlsException.WrongEpoch.class, () -> carol.tries(after));
    assertEquals("with carol", carol.reads(before));
    assertEquals("with carol", bob.reads(before));
  }

  @Test
  void ownMessagesAreRecognisedAndOwnCommitIsSwappedIn() throws Exception {
    for (HandshakeOptions framing :
        List.of(HandshakeOptions.privateMessage(), HandshakeOptions.publicMessage())) {
      PendingCommit commit = alice.commits(CommitOptions.empty().framed(framing));
      Effect.OwnMessage own =
          assertInstanceOf(Effect.OwnMessage.class, alice.receives(commit.commit()));
      assertEquals(ContentType.COMMIT, own.contentType());
      assertTrue(commit.isCommit(commit.commit()));
      alice.set(commit.next());
      bob.receives(commit.commit());
      carol.receives(commit.commit());
      assertInStep(alice, bob, carol);
    }
    assertInstanceOf(Effect.OwnMessage.class, alice.receives(alice.says("to myself")));
  }

  @Test
  void loserOfCommitRaceFollowsTheWinner() throws Exception {
    PendingCommit losing = alice.commits(CommitOptions.empty());
    PendingCommit winning = bob.commits(CommitOptions.empty());
    bob.set(winning.next());
    alice.receives(winning.commit());
    carol.receives(winning.commit());
    assertInStep(alice, bob, carol);
    MlsException.WrongEpoch late =
        assertThrows(MlsException.WrongEpoch.class, () -> carol.tries(losing.commit()));
    assertEquals(2, late.expected());
    assertEquals(1, late.actual());
  }

  @Test
  void proposalsAreCommittedByReference() throws Exception {
    for (HandshakeOptions framing :
        List.of(HandshakeOptions.privateMessage(), HandshakeOptions.publicMessage())) {
      byte[] update = bob.proposes(bob.group().proposeUpdate(framing, bob.random));
      byte[] add =
          carol.proposes(carol.group().proposeAdd(dave.keyPackage(), framing, carol.random));
      for (TestClient other : List.of(alice, carol)) {
        assertInstanceOf(Effect.ProposalReceived.class, other.receives(update));
      }
      for (TestClient other : List.of(alice, bob)) {
        other.receives(add);
      }
      assertThrows(MlsException.CommitDue.class, () -> alice.says("too early"));
      PendingCommit commit = alice.commits(CommitOptions.empty());
      alice.set(commit.next());
      Effect.CommitApplied applied = (Effect.CommitApplied) bob.receives(commit.commit());
      assertEquals(dave.credential, applied.added().getFirst().credential());
      assertEquals(bob.leaf(), applied.updated().getFirst().leaf());
      carol.receives(commit.commit());
      dave.joins(commit);
      assertInStep(alice, bob, carol, dave);
      byte[] remove = dave.proposes(dave.group().proposeRemove(dave.leaf(), framing, dave.random));
      bob.receives(remove);
      alice.receives(remove);
      carol.receives(remove);
      PendingCommit leave = bob.commits(CommitOptions.empty());
      bob.set(leave.next());
      alice.receives(leave.commit());
      carol.receives(leave.commit());
      assertInstanceOf(Effect.Removed.class, dave.receives(leave.commit()));
      assertInStep(alice, bob, carol);
    }
  }

  @Test
  void newcomerJoinsByExternalCommit() throws Exception {
    PendingCommit commit =
        alice.commits(CommitOptions.empty().groupInfo(GroupInfoContent.WITH_TREE));
    alice.set(commit.next());
    bob.receives(commit.commit());
    carol.receives(commit.commit());
    byte[] external = dave.joinsExternally(commit.groupInfo().orElseThrow());
    for (TestClient member : List.of(alice, bob, carol)) {
      Effect.CommitApplied applied =
          assertInstanceOf(Effect.CommitApplied.class, member.receives(external));
      assertTrue(applied.isExternal());
      assertEquals(dave.credential, applied.committer().credential());
    }
    assertInStep(alice, bob, carol, dave);
    assertEquals("hello", carol.reads(dave.says("hello")));
  }

  @Test
  void clientThatLostItsStateComesBack() throws Exception {
    int old = carol.leaf().value();
    byte[] groupInfo = bob.group().groupInfo(GroupInfoContent.WITH_TREE);
    byte[] external = carol.joinsExternally(groupInfo);
    for (TestClient member : List.of(alice, bob)) {
      Effect.CommitApplied applied = (Effect.CommitApplied) member.receives(external);
      assertEquals(old, applied.removed().getFirst().leaf().value());
    }
    assertInStep(alice, bob, carol);
    assertEquals(3, carol.group().members().size());
    assertEquals("back", alice.reads(carol.says("back")));
  }

  @Test
  void lateMessagesOfTheLastEpochsAreReadAndOlderOnesAreNot() throws Exception {
    byte[] early = alice.says("early");
    byte[] carolsLast = carol.says("my last words");
    PendingCommit removal = alice.commits(CommitOptions.empty().remove(carol.leaf()));
    alice.set(removal.next());
    bob.receives(removal.commit());
    for (int i = 1; i < ReceiveWindow.DEFAULT.pastEpochs(); i++) {
      PendingCommit commit = alice.commits(CommitOptions.empty());
      alice.set(commit.next());
      bob.receives(commit.commit());
    }
    Effect.ApplicationMessage late = (Effect.ApplicationMessage) bob.receives(carolsLast);
    assertEquals(carol.credential, late.sender().credential());
    assertEquals(1, late.epoch());
    assertThrows(MlsException.KeyAlreadyUsed.class, () -> bob.tries(carolsLast));
    PendingCommit commit = alice.commits(CommitOptions.empty());
    bob.receives(commit.commit());
    assertThrows(MlsException.WrongEpoch.class, () -> bob.tries(early));
  }

  @Test
  void exportedSecretsAgreeAndChangeWithTheEpoch() throws Exception {
    byte[] before = alice.group().export("lockstep epoch pass", utf8("x"), 32);
    assertArrayEquals(before, carol.group().export("lockstep epoch pass", utf8("x"), 32));
    PendingCommit commit = alice.commits(CommitOptions.empty());
    byte[] after = commit.next().export("lockstep epoch pass", utf8("x"), 32);
    assertFalse(Arrays.equals(before, after));
    carol.receives(commit.commit());
    assertArrayEquals(after, carol.group().export("lockstep epoch pass", utf8("x"), 32));
  }

  @Test
  void presharedKeysEnterTheScheduleOnBothSides() throws Exception {
    PskSource psks =
        id ->
            Arrays.equals(id, utf8("psk"))
                ? Optional.of(Secret.copyOf(utf8("secret")))
                : Optional.empty();
    ReceiveContext withPsks = ReceiveContext.of(TRUST, NOW).withPsks(psks);
    byte[] nonce = new byte[alice.group().suite().hashLength()];
    Proposal external = new Proposal.PreSharedKey(new PreSharedKeyId.External(utf8("psk"), nonce));
    Proposal resumption =
        new Proposal.PreSharedKey(
            new PreSharedKeyId.Resumption(
                PreSharedKeyId.Usage.APPLICATION, TestClient.GROUP_ID, 1, nonce));
    PendingCommit commit =
        alice
            .group()
            .commit(
                CommitOptions.empty().propose(external).propose(resumption),
                withPsks,
                alice.random);
    alice.set(commit.next());
    bob.set(bob.group().process(commit.commit(), withPsks).next());
    assertInStep(alice, bob);
    MlsException.Invalid missing =
        assertThrows(MlsException.Invalid.class, () -> carol.tries(commit.commit()));
    assertEquals(Rule.PSK_AVAILABLE, missing.rule());
  }

  @Test
  void extensionsOfTheGroupAreReplacedForAll() throws Exception {
    Extension required =
        new RequiredCapabilities(List.of(Extension.LAST_RESORT), List.of(), List.of())
            .asExtension();
    PendingCommit commit =
        alice.commits(
            CommitOptions.empty().propose(new Proposal.GroupContextExtensions(List.of(required))));
    alice.set(commit.next());
    bob.receives(commit.commit());
    carol.receives(commit.commit());
    assertInStep(alice, bob, carol);
    assertEquals(List.of(required), carol.group().extensions());
    Extension unsupported = new Extension(0xF0F0, new byte[0]);
    MlsException.Invalid refused =
        assertThrows(
            MlsException.Invalid.class,
            () ->
                alice.commits(
                    CommitOptions.empty()
                        .propose(new Proposal.GroupContextExtensions(List.of(unsupported)))));
    assertEquals(Rule.GROUP_EXTENSION_SUPPORTED, refused.rule());
  }

  @Test
  void nothingIsSentAfterReInit() throws Exception {
    Proposal reInit =
        new Proposal.ReInit(new GroupId(utf8("next")), 1, alice.group().suite().id(), List.of());
    PendingCommit commit = alice.commits(CommitOptions.empty().propose(reInit));
    alice.set(commit.next());
    bob.receives(commit.commit());
    for (TestClient member : List.of(alice, bob)) {
      assertThrows(MlsException.Invalid.class, () -> member.says("on"));
      assertThrows(MlsException.Invalid.class, () -> member.commits(CommitOptions.empty()));
    }
  }

  @ParameterizedTest
  @EnumSource(CipherSuite.class)
  void everySuiteWorks(CipherSuite suite) throws Exception {
    TestClient first = new TestClient("first", TestClient.random(1), suite).creates();
    TestClient second = new TestClient("second", TestClient.random(2), suite);
    TestClient third = new TestClient("third", TestClient.random(3), suite);
    PendingCommit added = first.commits(CommitOptions.empty().add(second.keyPackage()).forcePath());
    first.set(added.next());
    second.joins(added);
    byte[] external = third.joinsExternally(second.group().groupInfo(GroupInfoContent.WITH_TREE));
    first.receives(external);
    second.receives(external);
    assertInStep(first, second, third);
    assertEquals("hi", first.reads(third.says("hi")));
  }

  static void assertInStep(TestClient... members) {
    for (TestClient member : members) {
      assertEquals(members[0].group().epoch(), member.group().epoch());
      assertArrayEquals(
          members[0].group().epochAuthenticator(), member.group().epochAuthenticator());
      assertEquals(members[0].group().members(), member.group().members());
    }
  }
}
