package io.lockstep.mls;

import static io.lockstep.mls.TestClient.CONTEXT;
import static io.lockstep.mls.TestClient.utf8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lockstep.mls.codec.TlsWriter;
import io.lockstep.mls.crypto.CipherSuite;
import io.lockstep.mls.crypto.Secret;
import io.lockstep.mls.framing.AuthenticatedContent;
import io.lockstep.mls.framing.Content;
import io.lockstep.mls.framing.FramedContent;
import io.lockstep.mls.framing.MlsMessage;
import io.lockstep.mls.framing.PublicMessage;
import io.lockstep.mls.framing.Sender;
import io.lockstep.mls.message.PreSharedKeyId;
import io.lockstep.mls.message.Proposal;
import io.lockstep.mls.message.RequiredCapabilities;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A tracker follows a group from its birth and agrees with all members after each step. */
class PublicGroupScenarioTest {
  private static final HandshakeOptions OPEN = HandshakeOptions.publicMessage();

  private final TestClient alice = TestClient.named("alice");
  private final TestClient bob = TestClient.named("bob");
  private final TestClient carol = TestClient.named("carol");
  private final TestClient dave = TestClient.named("dave");
  private final TestClient server = TestClient.named("server");
  private Tracker tracker;

  @BeforeEach
  void threeMembers() throws Exception {
    byte[] senders =
        new TlsWriter()
            .vector(out -> out.put(server.keys.publicKey()).put(server.credential))
            .toByteArray();
    alice.creates(new Extension(Extension.EXTERNAL_SENDERS, senders));
    tracker = Tracker.ofNew(alice);
    tracker.assertAgreesWith(alice);
    PendingCommit added =
        alice.commits(open().add(bob.keyPackage()).add(carol.keyPackage()).ratchetTreeInWelcome());
    commit(alice, added);
    assertEquals(
        List.of(bob.bundle().keyPackage().ref(), carol.bundle().keyPackage().ref()),
        tracker.group().joiners());
    bob.joins(added);
    carol.joins(added);
    tracker.assertAgreesWith(alice, bob, carol);
  }

  @Test
  void changesByValueAreFollowed() throws Exception {
    commit(bob, bob.commits(open()), alice, carol);
    tracker.assertAgreesWith(alice, bob, carol);
    PendingCommit mixed = carol.commits(open().remove(alice.leaf()).add(dave.keyPackage()));
    carol.set(mixed.next());
    PublicEffect.CommitApplied seen = tracker.seesCommit(mixed.commit());
    assertEquals(carol.credential, seen.committer().credential());
    assertFalse(seen.isExternal());
    assertEquals(alice.credential, seen.removed().getFirst().credential());
    assertEquals(dave.credential, seen.added().getFirst().credential());
    KeyPackage daves = seen.addedKeyPackages().getFirst();
    assertEquals(tracker.group().joiners(), List.of(daves.ref()));
    daves.verify(TestClient.NOW, TestClient.TRUST);
    bob.receives(mixed.commit());
    dave.joins(mixed);
    tracker.assertAgreesWith(bob, carol, dave);
  }

  @Test
  void changesByReferenceAreFollowed() throws Exception {
    byte[] update = bob.proposes(bob.group().proposeUpdate(OPEN, bob.random));
    byte[] add = carol.proposes(carol.group().proposeAdd(dave.keyPackage(), OPEN, carol.random));
    deliver(update, alice, carol);
    deliver(add, alice, bob);
    PublicEffect.ProposalReceived seen =
        assertInstanceOf(PublicEffect.ProposalReceived.class, tracker.sees(update));
    assertEquals(new Sender.Member(bob.leaf()), seen.sender());
    assertInstanceOf(Proposal.Update.class, seen.proposal());
    tracker.sees(add);
    tracker.sees(add);
    assertEquals(2, tracker.group().pendingProposals().size());
    assertEquals(seen.ref(), tracker.group().pendingProposals().getFirst().ref());
    PendingCommit commit = alice.commits(open());
    commit(alice, commit, bob, carol);
    dave.joins(commit);
    assertEquals(0, tracker.group().pendingProposals().size());
    tracker.assertAgreesWith(alice, bob, carol, dave);
  }

  @Test
  void proposalsFromOutsideAreFollowed() throws Exception {
    byte[] removal = fromOutside(server, new Sender.External(0), new Proposal.Remove(bob.leaf()));
    byte[] wish =
        fromOutside(dave, new Sender.NewMemberProposal(), new Proposal.Add(dave.keyPackage()));
    for (byte[] each : List.of(removal, wish)) {
      deliver(each, alice, bob, carol);
      tracker.sees(each);
    }
    PendingCommit commit = alice.commits(open());
    commit(alice, commit, carol);
    dave.joins(commit);
    tracker.assertAgreesWith(alice, carol, dave);
  }

  @Test
  void joinersByExternalCommitAreFollowed() throws Exception {
    byte[] joining = dave.joinsExternally(bob.group().groupInfo(GroupInfoContent.WITH_TREE));
    deliver(joining, alice, bob, carol);
    PublicEffect.CommitApplied seen = tracker.seesCommit(joining);
    assertTrue(seen.isExternal());
    assertEquals(dave.credential, seen.committer().credential());
    tracker.assertAgreesWith(alice, bob, carol, dave);
    byte[] back = carol.joinsExternally(bob.group().groupInfo(GroupInfoContent.WITH_TREE));
    deliver(back, alice, bob, dave);
    assertEquals(1, tracker.seesCommit(back).removed().size());
    tracker.assertAgreesWith(alice, bob, carol, dave);
  }

  @Test
  void extensionsPsksAndReInitAreFollowed() throws Exception {
    Extension required =
        new RequiredCapabilities(List.of(Extension.LAST_RESORT), List.of(), List.of())
            .asExtension();
    Proposal extensions = new Proposal.GroupContextExtensions(List.of(required));
    commit(alice, alice.commits(open().propose(extensions)), bob, carol);
    tracker.assertAgreesWith(alice, bob, carol);
    assertEquals(List.of(required), tracker.group().extensions());

    ReceiveContext withPsk =
        CONTEXT.withPsks(id -> Optional.of(Secret.copyOf(utf8("secret of the members"))));
    byte[] nonce = new byte[alice.group().suite().hashLength()];
    Proposal psk = new Proposal.PreSharedKey(new PreSharedKeyId.External(utf8("psk"), nonce));
    PendingCommit commit = alice.group().commit(open().propose(psk), withPsk, alice.random);
    alice.set(commit.next());
    bob.set(bob.group().process(commit.commit(), withPsk).next());
    tracker.sees(commit);
    tracker.assertAgreesWith(alice, bob);

    int suite = alice.group().suite().id();
    Proposal reInit = new Proposal.ReInit(new GroupId(utf8("next")), 1, suite, List.of());
    PendingCommit last = bob.commits(open().propose(reInit));
    assertEquals(Optional.empty(), tracker.group().reInit());
    byte[] late = alice.commits(open()).commit();
    commit(bob, last, alice);
    tracker.assertAgreesWith(alice, bob);
    assertEquals(Optional.of(reInit), tracker.group().reInit());
    assertThrows(MlsException.WrongEpoch.class, () -> tracker.sees(late));
  }

  @Test
  void membersThatLeaveByThemselvesAreFollowed() throws Exception {
    byte[] carolLeaves = carol.proposes(carol.group().proposeSelfRemove(utf8("bye"), carol.random));
    deliver(carolLeaves, alice, bob);
    tracker.sees(carolLeaves);
    commit(alice, alice.commits(open()), bob);
    tracker.assertAgreesWith(alice, bob);
    byte[] bobLeaves = bob.proposes(bob.group().proposeSelfRemove(new byte[0], bob.random));
    deliver(bobLeaves, alice);
    tracker.sees(bobLeaves);
    ExternalJoin join =
        Group.joinExternally(
            alice.group().groupInfo(GroupInfoContent.WITH_TREE),
            LeafProfile.of(dave.keys, dave.credential),
            ExternalJoinOptions.none().selfRemove(bobLeaves),
            CONTEXT,
            dave.random);
    dave.set(join.next());
    deliver(join.commit(), alice);
    PublicEffect.CommitApplied seen = tracker.seesCommit(join.commit());
    assertEquals(bob.credential, seen.removed().getFirst().credential());
    tracker.assertAgreesWith(alice, dave);
  }

  @Test
  void firstCommitOfBranchIsFollowed() throws Exception {
    Group founded =
        Group.create(
            new GroupId(utf8("branch")),
            carol.keys,
            carol.credential,
            TestClient.LIFETIME,
            List.of(),
            carol.random);
    byte[] info = founded.groupInfo(GroupInfoContent.WITH_TREE);
    Tracker follower = new Tracker(PublicGroup.created(info, CONTEXT));
    PreSharedKeyId.Usage usage = PreSharedKeyId.Usage.BRANCH;
    PreSharedKeyId psk =
        PreSharedKeyId.resumption(
            usage, TestClient.GROUP_ID, 1, carol.group().suite(), carol.random);
    PendingCommit first =
        CommitCreation.create(
            founded.state(),
            open().propose(new Proposal.PreSharedKey(psk)).add(alice.keyPackage()),
            CONTEXT.withGroup(carol.group()),
            usage,
            carol.random);
    follower.sees(first);
    assertArrayEquals(first.next().context().encode(), follower.group().context().encode());
    DishonestMember again = new DishonestMember(carol, first.next());
    byte[] later = again.proposal(new Proposal.PreSharedKey(psk));
    MlsException.Invalid refused =
        assertThrows(MlsException.Invalid.class, () -> follower.sees(later));
    assertEquals(Rule.PSK_USAGE, refused.rule());
  }

  @Test
  void proposalsOfTheApplicationsOwnTypesAreSeen() throws Exception {
    TestClient host = TestClient.named("host");
    Capabilities capabilities = Capabilities.standard().withProposals(0xF001);
    LeafProfile profile = LeafProfile.of(host.keys, host.credential).withCapabilities(capabilities);
    host.set(
        Group.create(TestClient.GROUP_ID, profile, TestClient.LIFETIME, List.of(), host.random));
    Tracker follower = Tracker.ofNew(host);
    Proposal.Unknown own = new Proposal.Unknown(0xF001, utf8("vote"));
    PendingCommit commit = host.commits(open().propose(own));
    CustomProposal seen = follower.seesCommit(commit.commit()).customProposals().getFirst();
    assertEquals(0xF001, seen.proposal().type());
    assertArrayEquals(utf8("vote"), seen.proposal().content());
    host.set(commit.next());
    follower.assertAgreesWith(host);
  }

  @Test
  void loserOfCommitRaceIsTold() throws Exception {
    byte[] losing = alice.commits(open()).commit();
    commit(bob, bob.commits(open()), alice, carol);
    MlsException.WrongEpoch late =
        assertThrows(MlsException.WrongEpoch.class, () -> tracker.sees(losing));
    assertEquals(2, late.expected());
    assertEquals(1, late.actual());
  }

  @Test
  void trackerThatStartsLateFollowsFromThere() throws Exception {
    commit(bob, bob.commits(open()), alice, carol);
    Tracker late = Tracker.of(carol.group());
    late.assertAgreesWith(alice, bob, carol);
    assertArrayEquals(
        tracker.group().interimTranscriptHash(), late.group().interimTranscriptHash());
    PendingCommit next = carol.commits(open());
    commit(carol, next, alice, bob);
    late.sees(next);
    late.assertAgreesWith(alice, bob, carol);
    byte[] notNew = carol.group().groupInfo(GroupInfoContent.WITH_TREE);
    MlsException.Invalid refused =
        assertThrows(MlsException.Invalid.class, () -> PublicGroup.created(notNew, CONTEXT));
    assertEquals(Rule.NEW_GROUP, refused.rule());
  }

  @Test
  void applicationMessagesPassUnseen() throws Exception {
    byte[] message = alice.says("not for you");
    PublicEffect.Unseen unseen = assertInstanceOf(PublicEffect.Unseen.class, tracker.sees(message));
    assertEquals(ContentType.APPLICATION, unseen.contentType());
    assertEquals(1, unseen.epoch());
    assertArrayEquals(utf8("aad"), unseen.authenticatedData());
    commit(bob, bob.commits(open()), alice, carol);
    tracker.sees(message);
    byte[] ahead =
        carol.commits(open()).next().protect(utf8("x"), new byte[0], carol.random).message();
    assertThrows(MlsException.WrongEpoch.class, () -> tracker.sees(ahead));
    tracker.assertAgreesWith(alice, bob, carol);
  }

  @Test
  void encryptedCommitEndsTheTrackUntilGroupInfoOfLaterEpoch() throws Exception {
    PublicGroup before = tracker.group();
    PendingCommit sealed = alice.commits(CommitOptions.empty());
    PendingCommit open = bob.commits(open());
    PublicEffect.Unseen unseen =
        assertInstanceOf(PublicEffect.Unseen.class, tracker.sees(sealed.commit()));
    assertEquals(ContentType.COMMIT, unseen.contentType());
    assertTrue(tracker.group().isLost());
    MlsException.TrackLost lost =
        assertThrows(MlsException.TrackLost.class, () -> tracker.sees(open.commit()));
    assertEquals(1, lost.lastKnownEpoch());
    byte[] old = bob.group().groupInfo(GroupInfoContent.WITH_TREE);
    assertThrows(MlsException.TrackLost.class, () -> tracker.group().checkGroupInfo(old));
    assertThrows(MlsException.WrongEpoch.class, () -> tracker.group().resynchronize(old, CONTEXT));
    alice.set(sealed.next());
    bob.receives(sealed.commit());
    carol.receives(sealed.commit());
    byte[] info = carol.group().groupInfo(GroupInfoContent.WITH_TREE);
    tracker.set(tracker.group().resynchronize(info, CONTEXT));
    tracker.assertAgreesWith(alice, bob, carol);
    commit(carol, carol.commits(open()), alice, bob);
    tracker.assertAgreesWith(alice, bob, carol);
    // Had the members refused the encrypted one, the value before it would go on.
    before.process(open.commit(), CONTEXT);
  }

  @Test
  void commitOfProposalThatWasEncryptedEndsTheTrackToo() throws Exception {
    byte[] update =
        bob.proposes(bob.group().proposeUpdate(HandshakeOptions.privateMessage(), bob.random));
    deliver(update, alice, carol);
    PublicEffect.Unseen unseen = assertInstanceOf(PublicEffect.Unseen.class, tracker.sees(update));
    assertEquals(ContentType.PROPOSAL, unseen.contentType());
    assertFalse(tracker.group().isLost());
    PendingCommit without = carol.commits(open().ignoringReceivedProposals());
    PublicGroup follows = tracker.group().process(without.commit(), CONTEXT).next();
    assertFalse(follows.isLost());
    PendingCommit with = alice.commits(open());
    PublicEffect.Unseen commit =
        assertInstanceOf(PublicEffect.Unseen.class, tracker.sees(with.commit()));
    assertEquals(ContentType.COMMIT, commit.contentType());
    assertTrue(tracker.group().isLost());
  }

  @ParameterizedTest
  @EnumSource(CipherSuite.class)
  void everySuiteIsFollowed(CipherSuite suite) throws Exception {
    TestClient first = new TestClient("first", TestClient.random(1), suite).creates();
    TestClient second = new TestClient("second", TestClient.random(2), suite);
    TestClient third = new TestClient("third", TestClient.random(3), suite);
    Tracker follower = Tracker.ofNew(first);
    PendingCommit added = first.commits(open().add(second.keyPackage()).forcePath());
    first.set(added.next());
    second.joins(added);
    follower.sees(added);
    byte[] external = third.joinsExternally(second.group().groupInfo(GroupInfoContent.WITH_TREE));
    follower.seesCommit(external);
    follower.assertAgreesWith(third);
  }

  private static CommitOptions open() {
    return CommitOptions.empty().framed(OPEN);
  }

  private void commit(TestClient committer, PendingCommit commit, TestClient... others)
      throws MlsException {
    committer.set(commit.next());
    deliver(commit.commit(), others);
    tracker.sees(commit);
  }

  private static void deliver(byte[] message, TestClient... receivers) throws MlsException {
    for (TestClient each : receivers) {
      each.receives(message);
    }
  }

  private byte[] fromOutside(TestClient from, Sender sender, Proposal proposal) {
    Content content = new Content.Proposed(proposal);
    FramedContent framed =
        new FramedContent(
            TestClient.GROUP_ID, tracker.group().epoch(), sender, new byte[0], content);
    AuthenticatedContent signed =
        AuthenticatedContent.sign(
            WireFormat.PUBLIC_MESSAGE, framed, from.keys, tracker.group().context().encode());
    return MlsMessage.encode(WireFormat.PUBLIC_MESSAGE, PublicMessage.ofOutsider(signed));
  }
}
