package io.lockstep.mls;

import static io.lockstep.mls.GroupScenarioTest.assertInStep;
import static io.lockstep.mls.TestClient.CONTEXT;
import static io.lockstep.mls.TestClient.GROUP_ID;
import static io.lockstep.mls.TestClient.LIFETIME;
import static io.lockstep.mls.TestClient.utf8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lockstep.mls.framing.Sender;
import io.lockstep.mls.message.Proposal;
import io.lockstep.mls.message.RequiredCapabilities;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** What the application chooses for its leaf, and what a group may require of all leaves. */
class LeafProfileTest {
  private static final int EXTENSION = 0xF001;
  private static final int PROPOSAL = 0xF002;
  private static final int CREDENTIAL = 0xF003;
  private static final Capabilities ALL =
      Capabilities.standard()
          .withExtensions(EXTENSION)
          .withProposals(PROPOSAL)
          .withCredentials(CREDENTIAL);
  private static final Extension NOTE = new Extension(EXTENSION, utf8("note"));

  private final TestClient alice = TestClient.named("alice");
  private final TestClient bob = TestClient.named("bob");
  private final TestClient carol = TestClient.named("carol");
  private KeyPackageBundle bobsBundle;

  private static LeafProfile capable(TestClient client) {
    return LeafProfile.of(client.keys, client.credential).withCapabilities(ALL);
  }

  private void capableGroup(Extension... extensions) throws MlsException {
    alice.set(Group.create(GROUP_ID, capable(alice), LIFETIME, List.of(extensions), alice.random));
    bobsBundle = bundle(capable(bob).withExtensions(List.of(NOTE)), bob);
    PendingCommit added =
        alice.commits(CommitOptions.empty().add(bobsBundle.keyPackage()).ratchetTreeInWelcome());
    alice.set(added.next());
    bob.set(Group.join(added.welcome().orElseThrow(), bobsBundle, bob.keys, CONTEXT));
  }

  private static KeyPackageBundle bundle(LeafProfile profile, TestClient client) {
    return KeyPackageBundle.generate(
        profile, LIFETIME, KeyPackageUse.ONCE, List.of(), client.random);
  }

  @Test
  void extensionsOfTheApplicationAreCarriedInLeafGroupAndKeyPackage() throws Exception {
    capableGroup(new Extension(EXTENSION, utf8("of the group")));
    assertEquals(List.of(NOTE), bob.group().state().ownLeaf().extensions());
    assertEquals(EXTENSION, alice.group().extensions().getFirst().type());
    KeyPackageBundle marked =
        KeyPackageBundle.generate(
            capable(carol), LIFETIME, KeyPackageUse.LAST_RESORT, List.of(NOTE), carol.random);
    marked.keyPackage().verify(TestClient.NOW, TestClient.TRUST);
    assertTrue(marked.keyPackage().isLastResort());
    assertTrue(marked.keyPackage().extensions().contains(NOTE));
  }

  @Test
  void whatIsNotInTheCapabilitiesIsRefused() throws Exception {
    LeafProfile unlisted =
        LeafProfile.of(alice.keys, alice.credential).withExtensions(List.of(NOTE));
    assertRule(
        Rule.LEAF_EXTENSIONS_LISTED,
        () -> Group.create(GROUP_ID, unlisted, LIFETIME, List.of(), alice.random));
    assertRule(
        Rule.GROUP_EXTENSION_SUPPORTED,
        () ->
            Group.create(
                GROUP_ID, alice.keys, alice.credential, LIFETIME, List.of(NOTE), alice.random));
    capableGroup();
    assertRule(
        Rule.LEAF_EXTENSIONS_LISTED,
        () ->
            bob.commits(
                CommitOptions.empty()
                    .leaf(LeafProfile.of(bob.keys, bob.credential).withExtensions(List.of(NOTE)))));
  }

  @Test
  void requiredCapabilitiesHoldForEveryWayIntoTheGroup() throws Exception {
    Extension required =
        new RequiredCapabilities(List.of(EXTENSION), List.of(PROPOSAL), List.of(CREDENTIAL))
            .asExtension();
    assertRule(
        Rule.REQUIRED_EXTENSION_SUPPORTED,
        () ->
            Group.create(
                GROUP_ID, alice.keys, alice.credential, LIFETIME, List.of(required), alice.random));
    capableGroup(required);
    KeyPackage plain = carol.keyPackage();
    assertRule(
        Rule.REQUIRED_EXTENSION_SUPPORTED, () -> alice.commits(CommitOptions.empty().add(plain)));
    byte[] info = alice.group().groupInfo(GroupInfoContent.WITH_TREE);
    assertRule(Rule.REQUIRED_EXTENSION_SUPPORTED, () -> carol.joinsExternally(info));
    assertRule(
        Rule.REQUIRED_EXTENSION_SUPPORTED,
        () ->
            alice.commits(
                CommitOptions.empty().leaf(LeafProfile.of(alice.keys, alice.credential))));
    ExternalJoin join =
        Group.joinExternally(
            info, capable(carol), ExternalJoinOptions.none(), CONTEXT, carol.random);
    alice.receives(join.commit());
    bob.receives(join.commit());
    carol.set(join.next());
    assertInStep(alice, bob, carol);
    Extension more = new RequiredCapabilities(List.of(), List.of(0xF0F0), List.of()).asExtension();
    assertRule(
        Rule.REQUIRED_PROPOSAL_SUPPORTED,
        () ->
            alice.commits(
                CommitOptions.empty().propose(new Proposal.GroupContextExtensions(List.of(more)))));
  }

  @Test
  void proposalsOfTheApplicationShowUpInTheCommit() throws Exception {
    capableGroup();
    Proposal.Unknown inline = new Proposal.Unknown(PROPOSAL, utf8("inline"));
    Proposal.Unknown before = new Proposal.Unknown(PROPOSAL, utf8("before"));
    alice.receives(
        bob.proposes(bob.group().propose(before, HandshakeOptions.privateMessage(), bob.random)));
    PendingCommit commit = alice.commits(CommitOptions.empty().propose(inline));
    alice.set(commit.next());
    Effect.CommitApplied applied =
        assertInstanceOf(Effect.CommitApplied.class, bob.receives(commit.commit()));
    assertEquals(2, applied.customProposals().size());
    CustomProposal first = applied.customProposals().getFirst();
    assertArrayEquals(utf8("before"), first.proposal().content());
    assertEquals(new Sender.Member(bob.leaf()), first.sender());
    assertArrayEquals(utf8("inline"), applied.customProposals().getLast().proposal().content());
    assertInStep(alice, bob);
  }

  @Test
  void credentialsOfTheApplicationNeedTheSupportOfAll() throws Exception {
    Credential own = new UnknownCredential(CREDENTIAL, utf8("carol"));
    LeafProfile profile = new LeafProfile(carol.keys, own, ALL, List.of());
    capableGroup();
    KeyPackageBundle bundle = bundle(profile, carol);
    PendingCommit added =
        alice.commits(CommitOptions.empty().add(bundle.keyPackage()).ratchetTreeInWelcome());
    Effect.CommitApplied applied = (Effect.CommitApplied) bob.receives(added.commit());
    assertEquals(own, applied.added().getFirst().credential());
    carol.set(Group.join(added.welcome().orElseThrow(), bundle, carol.keys, CONTEXT));
    assertInStep(bob, carol);
    TestClient plain = TestClient.named("plain").creates();
    assertRule(
        Rule.CREDENTIAL_TYPE_SUPPORTED,
        () -> plain.commits(CommitOptions.empty().add(bundle(profile, carol).keyPackage())));
  }

  @Test
  void commitBringsNewCapabilitiesAndANewSignatureKey() throws Exception {
    capableGroup();
    SignatureKeyPair renewed = SignatureKeyPair.generate(TestClient.SUITE, bob.random);
    LeafProfile profile =
        new LeafProfile(renewed, bob.credential, Capabilities.standard(), List.of());
    PendingCommit commit = bob.commits(CommitOptions.empty().leaf(profile).add(carol.keyPackage()));
    assertNotEquals(bob.keys.publicKey(), renewed.publicKey());
    Effect.CommitApplied applied =
        assertInstanceOf(Effect.CommitApplied.class, alice.receives(commit.commit()));
    assertEquals(renewed.publicKey(), applied.committer().signatureKey());
    bob.set(commit.next());
    carol.joins(commit);
    assertInStep(alice, bob, carol);
    assertEquals("signed anew", alice.reads(bob.says("signed anew")));
    assertEquals(List.of(), bob.group().state().ownLeaf().extensions());
  }

  @Test
  void updateBringsNewLeafContent() throws Exception {
    capableGroup();
    LeafProfile profile = capable(bob).withExtensions(List.of());
    alice.receives(
        bob.proposes(
            bob.group().proposeUpdate(profile, HandshakeOptions.privateMessage(), bob.random)));
    PendingCommit commit = alice.commits(CommitOptions.empty());
    alice.set(commit.next());
    bob.receives(commit.commit());
    assertInStep(alice, bob);
    assertEquals(List.of(), bob.group().state().ownLeaf().extensions());
    assertThrows(
        IllegalArgumentException.class,
        () ->
            bob.group()
                .proposeUpdate(capable(carol), HandshakeOptions.privateMessage(), bob.random));
  }

  @Test
  void everyLeafThatIsMadeHasGrease() throws Exception {
    capableGroup();
    alice
        .group()
        .state()
        .tree()
        .forEachMember(
            (index, leaf) ->
                assertTrue(
                    leaf.capabilities().proposals().stream()
                        .anyMatch(type -> (type & 0x0F0F) == 0x0A0A && type >> 8 == (type & 0xFF)),
                    leaf.toString()));
  }

  private static void assertRule(Rule rule, Executable call) {
    assertEquals(rule, assertThrows(MlsException.Invalid.class, call).rule());
  }
}
