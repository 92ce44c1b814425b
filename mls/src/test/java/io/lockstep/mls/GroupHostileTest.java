package io.lockstep.mls;

import static io.lockstep.mls.GroupScenarioTest.assertInStep;
import static io.lockstep.mls.TestClient.CONTEXT;
import static io.lockstep.mls.TestClient.NOW;
import static io.lockstep.mls.TestClient.TRUST;
import static io.lockstep.mls.TestClient.utf8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lockstep.mls.codec.TlsReader;
import io.lockstep.mls.crypto.CipherSuite;
import io.lockstep.mls.framing.AuthenticatedContent;
import io.lockstep.mls.framing.Content;
import io.lockstep.mls.message.Commit;
import io.lockstep.mls.message.GroupContext;
import io.lockstep.mls.message.PreSharedKeyId;
import io.lockstep.mls.message.Proposal;
import io.lockstep.mls.message.ProposalOrRef;
import io.lockstep.mls.tree.LeafNode;
import io.lockstep.mls.tree.RatchetTree;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class GroupHostileTest {
  private final TestClient alice = TestClient.named("alice");
  private final TestClient bob = TestClient.named("bob");
  private final TestClient carol = TestClient.named("carol");
  private final TestClient mallory = TestClient.named("mallory");

  @BeforeEach
  void threeMembers() throws Exception {
    alice.creates();
    PendingCommit added =
        alice.commits(CommitOptions.empty().add(bob.keyPackage()).add(carol.keyPackage()));
    alice.set(added.next());
    bob.joins(added);
    carol.joins(added);
  }

  @Test
  void alteredCopyDeliveredFirstDoesNotSpoilTheGenuineMessage() throws Exception {
    byte[] application = alice.says("genuine");
    byte[] sealed = alice.commits(CommitOptions.empty()).commit();
    byte[] open =
        alice.commits(CommitOptions.empty().framed(HandshakeOptions.publicMessage())).commit();
    for (byte[] message : List.of(application, sealed, open)) {
      for (int i = 0; i < message.length; i += 1 + message.length / 150) {
        byte[] altered = message.clone();
        altered[i] ^= (byte) (1 << (i % 8));
        assertThrows(MlsException.class, () -> bob.tries(altered), "byte " + i);
      }
    }
    assertEquals("genuine", bob.reads(application));
    bob.tries(sealed);
    bob.tries(open);
  }

  @Test
  void arbitraryBytesAreRefusedWithTypedErrors() {
    SecureRandom random = TestClient.random(7);
    for (int i = 0; i < 5_000; i++) {
      byte[] message = new byte[4 + random.nextInt(200)];
      random.nextBytes(message);
      message[0] = 0;
      message[1] = 1;
      message[2] = 0;
      message[3] = (byte) (1 + random.nextInt(5));
      assertThrows(MlsException.class, () -> bob.tries(message));
      assertThrows(MlsException.class, () -> Group.join(message, bob.bundle(), bob.keys, CONTEXT));
      assertThrows(MlsException.class, () -> Group.decode(message));
    }
  }

  @Test
  void replayedMessageIsRefused() throws Exception {
    byte[] message = alice.says("once");
    bob.reads(message);
    assertThrows(MlsException.KeyAlreadyUsed.class, () -> bob.tries(message));
  }

  @Test
  void generationTooFarAheadIsRefused() throws Exception {
    Group sender = alice.group();
    byte[] message = new byte[0];
    for (int i = 0; i <= 1_001; i++) {
      Protected each = sender.protect(utf8("x"), new byte[0], alice.random);
      sender = each.next();
      message = each.message();
    }
    byte[] last = message;
    assertThrows(MlsException.TooFarAhead.class, () -> bob.tries(last));
  }

  @Test
  void outsiderCannotEvictMemberByExternalCommit() throws Exception {
    CredentialValidator claimsToBeCarol =
        new CredentialValidator() {
          @Override
          public void validate(Credential credential, byte[] signaturePublicKey) {}

          @Override
          public boolean sameClient(Credential credential, Credential successor) {
            return credential.equals(carol.credential);
          }
        };
    ExternalJoin attack =
        Group.joinExternally(
            alice.group().groupInfo(GroupInfoContent.WITH_TREE),
            mallory.keys,
            mallory.credential,
            ReceiveContext.of(claimsToBeCarol, NOW),
            mallory.random);
    for (TestClient member : List.of(alice, bob, carol)) {
      assertInvalid(Rule.EXTERNAL_REMOVE_SAME_CLIENT, () -> member.tries(attack.commit()));
    }
  }

  @Test
  void memberAddedWithoutPathFollowsCommitsFromEverySubtree() throws Exception {
    TestClient dave = TestClient.named("dave");
    TestClient erin = TestClient.named("erin");
    PendingCommit addDave = carol.commits(CommitOptions.empty().add(dave.keyPackage()).forcePath());
    deliver(addDave, carol, alice, bob);
    dave.joins(addDave);
    for (TestClient each : List.of(alice, bob, carol, dave)) {
      deliver(each.commits(CommitOptions.empty()), each, without(each, alice, bob, carol, dave));
    }
    PendingCommit addErin = alice.commits(CommitOptions.empty().add(erin.keyPackage()));
    deliver(addErin, alice, bob, carol, dave);
    erin.joins(addErin);
    TestClient[] all = {alice, bob, carol, dave, erin};
    assertInStep(all);
    for (TestClient each : List.of(dave, bob, carol, alice, erin)) {
      deliver(each.commits(CommitOptions.empty()), each, without(each, all));
      assertInStep(all);
    }
  }

  @Test
  void joinerDetectsForgedLeafInTheTree() throws Exception {
    byte[] victim = mallory.keyPackage().leafNode().encode();
    victim[victim.length - 1] ^= 1;
    LeafNode forged = TlsReader.decodeAll(victim, LeafNode::decode);
    GroupState honest = stateOf(alice);
    RatchetTree tree = honest.tree().add(forged).tree();
    GroupContext old = honest.context();
    GroupContext context =
        new GroupContext(
            old.suite(), old.groupId(), old.epoch(), tree.treeHash(), new byte[0], List.of());
    Group lying =
        new Group(
            new GroupState(
                context,
                tree,
                honest.ownKeys(),
                honest.signer(),
                honest.secrets(),
                honest.messageKeys(),
                ProposalCache.EMPTY,
                PastEpochs.NONE,
                GroupState.ACTIVE));
    TestClient dave = TestClient.named("dave");
    PendingCommit commit =
        lying.commit(
            CommitOptions.empty().add(dave.keyPackage()).ratchetTreeInWelcome(),
            TRUST,
            alice.random,
            NOW);
    assertInvalid(Rule.LEAF_SIGNATURE, () -> dave.joins(commit.welcome().orElseThrow()));
    byte[] info = lying.groupInfo(GroupInfoContent.WITH_TREE);
    assertInvalid(Rule.LEAF_SIGNATURE, () -> dave.joinsExternally(info));
  }

  @Test
  void alteredGroupInfoIsRefusedByExternalJoiner() throws Exception {
    byte[] info = alice.group().groupInfo(GroupInfoContent.WITHOUT_TREE);
    info[info.length - 1] ^= 1;
    ReceiveContext context = CONTEXT.withRatchetTree(alice.group().ratchetTree());
    assertInvalid(
        Rule.GROUP_INFO_SIGNATURE,
        () ->
            Group.joinExternally(info, mallory.keys, mallory.credential, context, mallory.random));
    byte[] genuine = alice.group().groupInfo(GroupInfoContent.WITHOUT_TREE);
    TestClient other = TestClient.named("other").creates();
    assertInvalid(
        Rule.TREE_HASH,
        () ->
            Group.joinExternally(
                genuine,
                mallory.keys,
                mallory.credential,
                CONTEXT.withRatchetTree(other.group().ratchetTree()),
                mallory.random));
  }

  @Test
  void alteredWelcomeIsRefused() throws Exception {
    PendingCommit commit =
        alice.commits(CommitOptions.empty().add(mallory.keyPackage()).ratchetTreeInWelcome());
    byte[] welcome = commit.welcome().orElseThrow();
    for (int i = 0; i < welcome.length; i += 37) {
      byte[] altered = welcome.clone();
      altered[i] ^= 4;
      assertThrows(MlsException.class, () -> mallory.joins(altered), "byte " + i);
    }
    mallory.joins(welcome);
  }

  @Test
  void unknownProposalReferenceIsRefused() throws Exception {
    byte[] update =
        bob.proposes(bob.group().proposeUpdate(HandshakeOptions.privateMessage(), bob.random));
    alice.receives(update);
    PendingCommit commit = alice.commits(CommitOptions.empty());
    assertInvalid(Rule.PROPOSAL_KNOWN, () -> carol.tries(commit.commit()));
  }

  @Test
  void commitWithoutTheRequiredPathIsRefused() throws Exception {
    byte[] removal = commitOf(alice, new Proposal.Remove(carol.leaf()));
    assertInvalid(Rule.PATH_REQUIRED, () -> bob.tries(removal));
    byte[] nothing = commitOf(alice);
    assertInvalid(Rule.PATH_REQUIRED, () -> bob.tries(nothing));
  }

  @Test
  void commitThatDoesNotConfirmTheSameStateIsRefused() throws Exception {
    byte[] commit = commitOf(alice, new Proposal.Add(mallory.keyPackage()));
    assertInvalid(Rule.CONFIRMATION_TAG, () -> bob.tries(commit));
  }

  @Test
  void memberCannotSpeakForAnother() throws Exception {
    GroupState own = stateOf(bob);
    GroupState pretended =
        new GroupState(
            own.context(),
            own.tree(),
            stateOf(alice).ownKeys(),
            own.signer(),
            own.secrets(),
            own.messageKeys(),
            own.proposals(),
            own.past(),
            GroupState.ACTIVE);
    Content text = new Content.Application(utf8("I am alice"));
    Content removal = new Content.Proposed(new Proposal.Remove(bob.leaf()));
    HandshakeOptions sealed = HandshakeOptions.privateMessage();
    HandshakeOptions open = HandshakeOptions.publicMessage();
    byte[] lie = send(pretended, Framing.sign(pretended, text, sealed));
    assertInvalid(Rule.CONTENT_SIGNATURE, () -> carol.tries(lie));
    byte[] openLie = send(pretended, Framing.sign(pretended, removal, open));
    assertInvalid(Rule.CONTENT_SIGNATURE, () -> carol.tries(openLie));
  }

  @Test
  void paddingThatIsNotZeroIsRefused() throws Exception {
    GroupState state = stateOf(alice);
    Content text = new Content.Application(utf8("text"));
    AuthenticatedContent signed = Framing.sign(state, text, HandshakeOptions.privateMessage());
    // An application message has no confirmation tag: the receiver takes it for padding.
    byte[] message = send(state, signed.withConfirmationTag(new byte[32]));
    MlsException.Malformed refused =
        assertThrows(MlsException.Malformed.class, () -> bob.tries(message));
    assertTrue(refused.getMessage().contains("6.3.1"), refused::getMessage);
    bob.tries(send(state, signed));
  }

  @Test
  void expiredOrForeignKeyPackageIsNotAdded() throws Exception {
    KeyPackage keyPackage = mallory.keyPackage();
    CommitOptions add = CommitOptions.empty().add(keyPackage);
    Instant later = NOW.plus(Duration.ofDays(31));
    assertInvalid(Rule.LEAF_LIFETIME, () -> alice.group().commit(add, TRUST, alice.random, later));
    byte[] committed = alice.commits(add).commit();
    bob.group().process(committed, TRUST, later);
    Instant muchLater = later.plus(ReceiveContext.RECEIVED_LIFETIME_GRACE);
    assertInvalid(Rule.LEAF_LIFETIME, () -> bob.group().process(committed, TRUST, muchLater));
    TestClient other =
        new TestClient(
            "other",
            TestClient.random(5),
            CipherSuite.MLS_128_DHKEMX25519_CHACHA20POLY1305_SHA256_ED25519);
    CommitOptions foreign = CommitOptions.empty().add(other.keyPackage());
    assertInvalid(Rule.KEY_PACKAGE_SUITE, () -> alice.commits(foreign));
  }

  @Test
  void listsThatTheRulesForbidAreRefusedByTheReceiver() throws Exception {
    Proposal removeCarol = new Proposal.Remove(carol.leaf());
    Proposal removeAlice = new Proposal.Remove(alice.leaf());
    byte[] nonce = new byte[32];
    Proposal psk = new Proposal.PreSharedKey(new PreSharedKeyId.External(utf8("p"), nonce));
    Proposal extensions = new Proposal.GroupContextExtensions(List.of());
    Proposal reInit = new Proposal.ReInit(TestClient.GROUP_ID, 1, 1, List.of());
    Proposal init = new Proposal.ExternalInit(new byte[32]);
    assertRefused(Rule.NO_OWN_REMOVAL, removeAlice);
    assertRefused(Rule.ONE_CHANGE_PER_LEAF, removeCarol, removeCarol);
    assertRefused(Rule.PSK_ONCE, psk, psk);
    assertRefused(Rule.ONE_GROUP_CONTEXT_EXTENSIONS, extensions, extensions);
    assertRefused(Rule.RE_INIT_ALONE, reInit, psk);
    assertRefused(Rule.NO_EXTERNAL_INIT, init);
    assertRefused(Rule.PROPOSAL_TYPE_SUPPORTED, new Proposal.Unknown(0xF123, new byte[0]));
  }

  private void assertRefused(Rule rule, Proposal... proposals) throws Exception {
    byte[] commit = commitOf(alice, proposals);
    MlsException.Invalid refused =
        assertThrows(MlsException.Invalid.class, () -> bob.tries(commit));
    assertEquals(rule, refused.rule());
    CommitOptions same = CommitOptions.empty().proposeAll(List.of(proposals));
    assertThrows(MlsException.Invalid.class, () -> alice.commits(same));
  }

  @Test
  void sameClientIsNotAddedTwice() throws Exception {
    assertInvalid(
        Rule.LEAF_SIGNATURE_KEY_UNIQUE,
        () -> alice.commits(CommitOptions.empty().add(bob.keyPackage())));
    KeyPackage one = mallory.keyPackage();
    KeyPackage two = mallory.keyPackage();
    assertInvalid(
        Rule.LEAF_SIGNATURE_KEY_UNIQUE,
        () -> alice.commits(CommitOptions.empty().add(one).add(two)));
  }

  @Test
  void messageForAnotherGroupOrEpochIsToldApart() throws Exception {
    byte[] message = alice.says("x");
    Group other =
        Group.create(
            new GroupId(utf8("other")),
            bob.keys,
            bob.credential,
            TestClient.LIFETIME,
            List.of(),
            bob.random);
    assertThrows(MlsException.WrongGroup.class, () -> other.process(message, CONTEXT));
    PendingCommit ahead = alice.commits(CommitOptions.empty());
    byte[] future = ahead.next().protect(utf8("y"), new byte[0], alice.random).message();
    assertThrows(MlsException.WrongEpoch.class, () -> bob.tries(future));
  }

  @Test
  void truncatedStateIsRefused() throws Exception {
    byte[] state = bob.group().encode();
    for (int length = 0; length < state.length; length += 13) {
      byte[] cut = Arrays.copyOf(state, length);
      assertThrows(MlsException.class, () -> Group.decode(cut));
    }
  }

  /**
   * A Commit that only a dishonest member would send: signed and tagged, its list unchecked,
   * without path.
   */
  private static byte[] commitOf(TestClient member, Proposal... proposals) throws MlsException {
    GroupState state = stateOf(member);
    List<ProposalOrRef> list =
        List.of(proposals).stream()
            .map(proposal -> (ProposalOrRef) new ProposalOrRef.Inline(proposal))
            .toList();
    Content content = new Content.Committed(new Commit(list, Optional.empty()));
    AuthenticatedContent signed =
        Framing.sign(state, content, HandshakeOptions.privateMessage())
            .withConfirmationTag(new byte[32]);
    return send(state, signed);
  }

  private static GroupState stateOf(TestClient member) throws MlsException {
    return GroupState.decode(new TlsReader(member.group().encode()));
  }

  private static byte[] send(GroupState state, AuthenticatedContent content) {
    return Framing.protect(state, content, TestClient.random(3)).message();
  }

  private static void deliver(PendingCommit commit, TestClient committer, TestClient... others)
      throws MlsException {
    committer.set(commit.next());
    for (TestClient other : others) {
      other.receives(commit.commit());
    }
  }

  private static TestClient[] without(TestClient one, TestClient... all) {
    return List.of(all).stream().filter(each -> each != one).toArray(TestClient[]::new);
  }

  private static void assertInvalid(Rule rule, Attempt attempt) {
    MlsException.Invalid refused = assertThrows(MlsException.Invalid.class, attempt::run);
    assertEquals(rule, refused.rule(), refused::getMessage);
  }

  private interface Attempt {
    void run() throws Exception;
  }
}
