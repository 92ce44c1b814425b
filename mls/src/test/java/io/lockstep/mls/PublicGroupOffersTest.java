package io.lockstep.mls;

import static io.lockstep.mls.TestClient.CONTEXT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.lockstep.mls.crypto.CipherSuite;
import io.lockstep.mls.crypto.HpkePublicKey;
import io.lockstep.mls.framing.MlsMessage;
import io.lockstep.mls.message.GroupContext;
import io.lockstep.mls.message.GroupInfo;
import io.lockstep.mls.tree.LeafIndex;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a member offers beside a Commit must belong to it: GroupInfo and Welcome. */
class PublicGroupOffersTest {
  private final TestClient alice = TestClient.named("alice");
  private final TestClient bob = TestClient.named("bob");
  private final TestClient carol = TestClient.named("carol");
  private Tracker tracker;
  private PendingCommit added;
  private GroupState state;

  @BeforeEach
  void groupOfThree() throws Exception {
    alice.creates();
    tracker = Tracker.ofNew(alice);
    added = alice.commits(open().add(bob.keyPackage()).add(carol.keyPackage()));
    tracker.seesCommit(added.commit());
    alice.set(added.next());
    bob.joins(added);
    carol.joins(added);
    state = new DishonestMember(alice).state;
  }

  // GroupInfo

  @Test
  void genuineGroupInfoOfAnyMemberIsAccepted() throws Exception {
    for (GroupInfoContent content : GroupInfoContent.values()) {
      Member signer = tracker.group().checkGroupInfo(carol.group().groupInfo(content));
      assertEquals(carol.leaf(), signer.leaf());
    }
  }

  @Test
  void groupInfoOfAnotherStateIsRefused() throws Exception {
    GroupContext known = state.context();
    List<Extension> extra = List.of(new Extension(Extension.REQUIRED_CAPABILITIES, new byte[3]));
    assertRefused(Rule.GROUP_INFO_CONTEXT, signed(context(new byte[32], known, List.of())));
    assertRefused(Rule.GROUP_INFO_CONTEXT, signed(known.withConfirmedTranscriptHash(new byte[32])));
    assertRefused(Rule.GROUP_INFO_CONTEXT, signed(context(known.treeHash(), known, extra)));
    assertRefused(
        Rule.GROUP_INFO_CONFIRMATION_TAG,
        GroupInfo.sign(known, List.of(), new byte[32], state.self(), alice.keys));
  }

  @Test
  void groupInfoWithAnotherTreeInsideIsRefused() throws Exception {
    TestClient other = TestClient.named("other").creates();
    Extension tree = new Extension(Extension.RATCHET_TREE, other.group().ratchetTree());
    assertRefused(Rule.TREE_HASH, signed(state.context(), tree));
  }

  @Test
  void groupInfoWithUnusableExternalPubIsRefused() throws Exception {
    Extension pub = GroupInfo.externalPub(new HpkePublicKey(new byte[31]));
    assertRefused(Rule.EXTERNAL_PUB, signed(state.context(), pub));
  }

  @Test
  void groupInfoThatItsSignerDidNotSignIsRefused() throws Exception {
    byte[] tag = state.confirmationTag();
    assertRefused(
        Rule.GROUP_INFO_SIGNATURE,
        GroupInfo.sign(state.context(), List.of(), tag, bob.leaf(), alice.keys));
    assertRefused(
        Rule.LEAF_POPULATED,
        GroupInfo.sign(state.context(), List.of(), tag, new LeafIndex(3), alice.keys));
    assertRefused(
        Rule.LEAF_POPULATED,
        GroupInfo.sign(state.context(), List.of(), tag, new LeafIndex(99), alice.keys));
  }

  @Test
  void groupInfoOfAnotherGroupOrEpochIsRefused() throws Exception {
    byte[] ahead = alice.commits(open()).next().groupInfo(GroupInfoContent.WITH_TREE);
    MlsException.WrongEpoch refused =
        assertThrows(MlsException.WrongEpoch.class, () -> tracker.group().checkGroupInfo(ahead));
    assertEquals(2, refused.actual());
    Group other =
        Group.create(
            new GroupId(new byte[] {1}),
            bob.keys,
            bob.credential,
            TestClient.LIFETIME,
            List.of(),
            bob.random);
    byte[] foreign = other.groupInfo(GroupInfoContent.WITH_TREE);
    assertThrows(MlsException.WrongGroup.class, () -> tracker.group().checkGroupInfo(foreign));
    assertThrows(
        MlsException.WrongGroup.class, () -> tracker.group().resynchronize(foreign, CONTEXT));
    byte[] keyPackage = TestClient.named("x").keyPackage().encode();
    assertThrows(MlsException.Malformed.class, () -> tracker.group().checkGroupInfo(keyPackage));
  }

  @Test
  void trackIsNotBegunWithWhatJoinersWouldRefuse() throws Exception {
    GroupContext context = state.context();
    ReceiveContext withTree = CONTEXT.withRatchetTree(alice.group().ratchetTree());
    byte[] shortTag =
        message(GroupInfo.sign(context, List.of(), new byte[3], state.self(), alice.keys));
    assertInvalid(Rule.GROUP_INFO_CONFIRMATION_TAG, () -> PublicGroup.of(shortTag, withTree));
    byte[] lie = message(GroupInfo.sign(context, List.of(), new byte[32], bob.leaf(), alice.keys));
    assertInvalid(Rule.GROUP_INFO_SIGNATURE, () -> PublicGroup.of(lie, withTree));
    byte[] other = message(signed(context(new byte[32], context, List.of())));
    assertInvalid(Rule.TREE_HASH, () -> PublicGroup.of(other, withTree));
    assertInvalid(Rule.RATCHET_TREE_KNOWN, () -> PublicGroup.of(other, CONTEXT));
  }

  // Welcome

  @Test
  void welcomeForExactlyThoseAddedIsAcceptedWholeAndInParts() throws Exception {
    byte[] whole = added.welcome().orElseThrow();
    tracker.group().checkWelcome(whole);
    tracker.group().checkWelcomes(List.copyOf(WelcomeSplit.split(whole).values()));
  }

  @Test
  void welcomeForSomeOrForOthersIsRefused() throws Exception {
    byte[] whole = added.welcome().orElseThrow();
    List<byte[]> parts = List.copyOf(WelcomeSplit.split(whole).values());
    assertWelcomeRefused(parts.subList(0, 1));
    assertWelcomeRefused(List.of());
    assertWelcomeRefused(List.of(whole, parts.getFirst()));
    TestClient dave = TestClient.named("dave");
    PendingCommit other = alice.commits(open().add(dave.keyPackage()));
    List<byte[]> more = new ArrayList<>(parts);
    more.add(other.welcome().orElseThrow());
    assertWelcomeRefused(more);
    assertWelcomeRefused(List.of(other.welcome().orElseThrow()));
    // After the next Commit nobody is left to be welcomed.
    PublicGroup next = tracker.group().process(alice.commits(open()).commit(), CONTEXT).next();
    assertInvalid(Rule.WELCOME_RECIPIENTS, () -> next.checkWelcome(whole));
  }

  @Test
  void welcomeOfAnotherSuiteIsRefused() throws Exception {
    byte[] welcome = added.welcome().orElseThrow();
    welcome[5] = (byte) CipherSuite.MLS_128_DHKEMX25519_CHACHA20POLY1305_SHA256_ED25519.id();
    assertInvalid(Rule.WELCOME_SUITE, () -> tracker.group().checkWelcome(welcome));
    byte[] cut = Arrays.copyOf(added.welcome().orElseThrow(), 40);
    assertThrows(MlsException.Malformed.class, () -> tracker.group().checkWelcome(cut));
  }

  private static CommitOptions open() {
    return CommitOptions.empty().framed(HandshakeOptions.publicMessage());
  }

  private static GroupContext context(
      byte[] treeHash, GroupContext other, List<Extension> extensions) {
    return new GroupContext(
        other.suite(),
        other.groupId(),
        other.epoch(),
        treeHash,
        other.confirmedTranscriptHash(),
        extensions);
  }

  private GroupInfo signed(GroupContext context, Extension... extensions) {
    return GroupInfo.sign(
        context, List.of(extensions), state.confirmationTag(), state.self(), alice.keys);
  }

  private static byte[] message(GroupInfo info) {
    return MlsMessage.encode(WireFormat.GROUP_INFO, info);
  }

  private void assertRefused(Rule rule, GroupInfo info) {
    assertInvalid(rule, () -> tracker.group().checkGroupInfo(message(info)));
  }

  private void assertWelcomeRefused(List<byte[]> welcomes) {
    assertInvalid(Rule.WELCOME_RECIPIENTS, () -> tracker.group().checkWelcomes(welcomes));
  }

  private static void assertInvalid(Rule rule, Attempt attempt) {
    MlsException.Invalid refused = assertThrows(MlsException.Invalid.class, attempt::run);
    assertEquals(rule, refused.rule(), refused::getMessage);
  }

  private interface Attempt {
    void run() throws Exception;
  }
}
