package io.lockstep.mls;

import static io.lockstep.mls.GroupScenarioTest.assertInStep;
import static io.lockstep.mls.TestClient.CONTEXT;
import static io.lockstep.mls.TestClient.LIFETIME;
import static io.lockstep.mls.TestClient.utf8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lockstep.mls.crypto.CipherSuite;
import io.lockstep.mls.message.PreSharedKeyId;
import io.lockstep.mls.message.PreSharedKeyId.Usage;
import io.lockstep.mls.message.Proposal;
import io.lockstep.mls.message.RequiredCapabilities;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Groups that grow out of another one (RFC 9420 sections 11.2 and 11.3). */
class FollowUpGroupTest {
  private static final GroupId NEXT = new GroupId(utf8("the next group"));
  private static final CipherSuite NEXT_SUITE = CipherSuite.MLS_128_DHKEMP256_AES128GCM_SHA256_P256;
  private static final List<Extension> NEXT_EXTENSIONS =
      List.of(
          new RequiredCapabilities(List.of(Extension.LAST_RESORT), List.of(), List.of())
              .asExtension());

  private final TestClient alice = TestClient.named("alice");
  private final TestClient bob = TestClient.named("bob");
  private final TestClient carol = TestClient.named("carol");
  private final TestClient stranger = TestClient.named("stranger");

  /** The same three with keys of the next suite. */
  private final TestClient nextAlice = next("alice");

  private final TestClient nextBob = next("bob");
  private final TestClient nextCarol = next("carol");

  private static TestClient next(String name) {
    return new TestClient(name, TestClient.random(name.hashCode() + 1), NEXT_SUITE);
  }

  @BeforeEach
  void threeMembers() throws Exception {
    alice.creates();
    PendingCommit added =
        alice.commits(CommitOptions.empty().add(bob.keyPackage()).add(carol.keyPackage()));
    alice.set(added.next());
    bob.joins(added);
    carol.joins(added);
  }

  private void reInit() throws MlsException {
    Proposal reInit = new Proposal.ReInit(NEXT, NEXT_SUITE, NEXT_EXTENSIONS);
    PendingCommit commit = alice.commits(CommitOptions.empty().propose(reInit));
    alice.set(commit.next());
    bob.receives(commit.commit());
    carol.receives(commit.commit());
    assertEquals(Optional.of(reInit), carol.group().reInit());
  }

  /** Another member than the one who committed the ReInit may found the next group. */
  @Test
  void groupGoesOnWithAnotherSuiteAndOtherExtensionsAfterReInit() throws Exception {
    reInit();
    PendingCommit founded =
        bob.group()
            .reinitialize(
                LeafProfile.of(nextBob.keys, nextBob.credential),
                LIFETIME,
                CommitOptions.empty()
                    .add(nextAlice.keyPackage())
                    .add(nextCarol.keyPackage())
                    .ratchetTreeInWelcome(),
                CONTEXT,
                bob.random);
    nextBob.set(PendingCommit.decode(founded.encode()).next());
    joins(nextAlice, founded, CONTEXT.withGroup(alice.group()));
    joins(nextCarol, founded, CONTEXT.withGroup(bob.group()).withGroup(carol.group()));
    assertInStep(nextAlice, nextBob, nextCarol);
    assertEquals(1, nextCarol.group().epoch());
    assertEquals(NEXT, nextCarol.group().groupId());
    assertEquals(NEXT_SUITE, nextCarol.group().suite());
    assertEquals(NEXT_EXTENSIONS, nextCarol.group().extensions());
    assertEquals("on we go", nextBob.reads(nextCarol.says("on we go")));
  }

  /** A credential need not stay the same byte for byte: the application says who is who. */
  @Test
  void membersAreComparedByTheApplication() throws Exception {
    reInit();
    CredentialValidator byFirstLetter =
        new CredentialValidator() {
          @Override
          public void validate(Credential credential, byte[] signaturePublicKey) {}

          @Override
          public boolean sameClient(Credential credential, Credential successor) {
            return ((BasicCredential) credential).identity()[0]
                == ((BasicCredential) successor).identity()[0];
          }
        };
    ReceiveContext context = ReceiveContext.of(byFirstLetter, TestClient.NOW);
    TestClient newAlice = next("alice 2");
    TestClient newCarol = next("carol 2");
    LeafProfile self = LeafProfile.of(nextBob.keys, nextBob.credential);
    CommitOptions options =
        CommitOptions.empty().add(newCarol.keyPackage()).add(newAlice.keyPackage());
    PendingCommit founded =
        bob.group()
            .reinitialize(self, LIFETIME, options.ratchetTreeInWelcome(), context, bob.random);
    joins(newAlice, founded, context.withGroup(alice.group()));
    CommitOptions twice =
        CommitOptions.empty().add(newAlice.keyPackage()).add(nextAlice.keyPackage());
    assertRule(
        Rule.BRANCH_MEMBERS,
        () -> bob.group().reinitialize(self, LIFETIME, twice, context, bob.random));
  }

  @ParameterizedTest
  @EnumSource(CipherSuite.class)
  void everySuiteCanFollowAnother(CipherSuite suite) throws Exception {
    TestClient first = new TestClient("first", TestClient.random(1), TestClient.SUITE);
    first.creates();
    PendingCommit closing =
        first.commits(CommitOptions.empty().propose(new Proposal.ReInit(NEXT, suite, List.of())));
    TestClient successor = new TestClient("first", TestClient.random(2), suite);
    PendingCommit founded =
        closing
            .next()
            .reinitialize(
                LeafProfile.of(successor.keys, successor.credential),
                LIFETIME,
                CommitOptions.empty(),
                CONTEXT,
                first.random);
    assertEquals(suite, founded.next().suite());
    assertEquals(1, founded.next().epoch());
  }

  @Test
  void someMembersBranchOff() throws Exception {
    PendingCommit branched =
        carol
            .group()
            .branch(
                NEXT,
                LeafProfile.of(carol.keys, carol.credential),
                LIFETIME,
                CommitOptions.empty().add(alice.keyPackage()).ratchetTreeInWelcome(),
                CONTEXT,
                carol.random);
    // The old group may go on before the Welcome comes.
    PendingCommit commit = bob.commits(CommitOptions.empty().remove(carol.leaf()));
    alice.receives(commit.commit());
    Group branch =
        Group.join(
            branched.welcome().orElseThrow(),
            alice.bundle(),
            alice.keys,
            CONTEXT.withGroup(alice.group()));
    assertEquals(NEXT, branch.groupId());
    assertEquals(2, branch.members().size());
    carol.set(branched.next());
    alice.set(branch);
    assertInStep(alice, carol);
    assertEquals("psst", alice.reads(carol.says("psst")));
  }

  @Test
  void founderMustTakeAllMembersAndNobodyElse() throws Exception {
    reInit();
    LeafProfile self = LeafProfile.of(nextBob.keys, nextBob.credential);
    CommitOptions without = CommitOptions.empty().add(nextAlice.keyPackage());
    TestClient outsider = next("outsider");
    CommitOptions strange = without.add(nextCarol.keyPackage()).add(outsider.keyPackage());
    assertRule(
        Rule.RE_INIT_MEMBERS,
        () -> bob.group().reinitialize(self, LIFETIME, without, CONTEXT, bob.random));
    assertRule(
        Rule.BRANCH_MEMBERS,
        () -> bob.group().reinitialize(self, LIFETIME, strange, CONTEXT, bob.random));
    assertThrows(
        IllegalArgumentException.class,
        () ->
            bob.group()
                .reinitialize(
                    LeafProfile.of(bob.keys, bob.credential),
                    LIFETIME,
                    CommitOptions.empty(),
                    CONTEXT,
                    bob.random));
    assertThrows(
        IllegalArgumentException.class,
        () ->
            bob.group()
                .reinitialize(
                    self,
                    LIFETIME,
                    CommitOptions.empty().remove(alice.leaf()),
                    CONTEXT,
                    bob.random));
  }

  @Test
  void groupThatWasNotClosedIsNotReinitialized() {
    assertRule(
        Rule.ORIGIN_CLOSED,
        () ->
            bob.group()
                .reinitialize(
                    LeafProfile.of(nextBob.keys, nextBob.credential),
                    LIFETIME,
                    CommitOptions.empty(),
                    CONTEXT,
                    bob.random));
  }

  @Test
  void welcomeThatIsNotWhatTheReInitSaidIsRefused() throws Exception {
    PendingCommit early = founded(bob.group(), Usage.REINIT, NEXT, NEXT_EXTENSIONS, nextAlice);
    assertRule(Rule.ORIGIN_CLOSED, () -> joins(nextAlice, early, CONTEXT.withGroup(alice.group())));
    reInit();
    ReceiveContext context = CONTEXT.withGroup(alice.group());
    PendingCommit otherId =
        founded(
            bob.group(),
            Usage.REINIT,
            new GroupId(utf8("x")),
            NEXT_EXTENSIONS,
            nextAlice,
            nextCarol);
    assertRule(Rule.RE_INIT_PARAMETERS, () -> joins(nextAlice, otherId, context));
    PendingCommit otherExtensions =
        founded(bob.group(), Usage.REINIT, NEXT, List.of(), nextAlice, nextCarol);
    assertRule(Rule.RE_INIT_PARAMETERS, () -> joins(nextAlice, otherExtensions, context));
    PendingCommit carolMissing =
        founded(bob.group(), Usage.REINIT, NEXT, NEXT_EXTENSIONS, nextAlice);
    assertRule(Rule.RE_INIT_MEMBERS, () -> joins(nextAlice, carolMissing, context));
    assertRule(Rule.ORIGIN_KNOWN, () -> joins(nextAlice, carolMissing, CONTEXT));
  }

  @Test
  void branchWithStrangersOrOtherSuiteIsRefused() throws Exception {
    ReceiveContext context = CONTEXT.withGroup(alice.group());
    PendingCommit otherSuite = founded(bob.group(), Usage.BRANCH, NEXT, List.of(), nextAlice);
    assertRule(Rule.BRANCH_PARAMETERS, () -> joins(nextAlice, otherSuite, context));
    PendingCommit withStranger = founded(bob, Usage.BRANCH, 1, alice, stranger);
    assertRule(Rule.BRANCH_MEMBERS, () -> joins(alice, withStranger, context));
  }

  @Test
  void laterEpochAndSecondOriginAreRefused() throws Exception {
    ReceiveContext context = CONTEXT.withGroup(alice.group());
    PendingCommit epoch2 = founded(bob, Usage.BRANCH, 2, alice);
    assertRule(Rule.ORIGIN_EPOCH, () -> joins(alice, epoch2, context));
    PendingCommit two =
        CommitCreation.create(
            first(bob).state(),
            CommitOptions.empty()
                .psk(psk(bob.group(), Usage.BRANCH, bob))
                .psk(psk(bob.group(), Usage.BRANCH, bob))
                .add(alice.keyPackage())
                .ratchetTreeInWelcome(),
            CONTEXT.withGroup(bob.group()),
            Usage.BRANCH,
            bob.random);
    assertRule(Rule.ONE_ORIGIN, () -> joins(alice, two, context));
  }

  @Test
  void suchPsksAreRefusedInARunningGroup() {
    for (Usage usage : List.of(Usage.REINIT, Usage.BRANCH)) {
      assertRule(
          Rule.PSK_USAGE,
          () -> alice.commits(CommitOptions.empty().psk(psk(alice.group(), usage, alice))));
    }
  }

  @Test
  void closedGroupIsStoredWithItsReInit() throws Exception {
    reInit();
    assertTrue(Group.decode(bob.group().encode()).reInit().isPresent());
  }

  private static PreSharedKeyId psk(Group of, Usage usage, TestClient by) {
    return PreSharedKeyId.resumption(usage, of.groupId(), of.epoch(), by.keys.suite(), by.random);
  }

  private static Group first(TestClient founder) throws MlsException {
    return Group.create(
        NEXT, founder.keys, founder.credential, LIFETIME, List.of(), founder.random);
  }

  /** By Bob, with keys of the next suite, whatever the rules say. */
  private PendingCommit founded(
      Group old, Usage usage, GroupId id, List<Extension> extensions, TestClient... others)
      throws MlsException {
    Group first =
        Group.create(id, nextBob.keys, nextBob.credential, LIFETIME, extensions, nextBob.random);
    return commit(first, old, usage, nextBob, others);
  }

  private static PendingCommit founded(
      TestClient founder, Usage usage, long epoch, TestClient... others) throws MlsException {
    Group group = first(founder);
    for (long at = 1; at < epoch; at++) {
      group = group.commit(CommitOptions.empty(), CONTEXT, founder.random).next();
    }
    return commit(group, founder.group(), usage, founder, others);
  }

  private static PendingCommit commit(
      Group first, Group old, Usage usage, TestClient founder, TestClient... others)
      throws MlsException {
    CommitOptions options = CommitOptions.empty().psk(psk(old, usage, founder));
    for (TestClient other : others) {
      options = options.add(other.keyPackage());
    }
    return CommitCreation.create(
        first.state(),
        options.ratchetTreeInWelcome(),
        CONTEXT.withGroup(old),
        usage,
        founder.random);
  }

  private static void joins(TestClient client, PendingCommit founded, ReceiveContext context)
      throws MlsException {
    client.set(Group.join(founded.welcome().orElseThrow(), client.bundle(), client.keys, context));
  }

  private static void assertRule(Rule rule, Executable call) {
    assertEquals(rule, assertThrows(MlsException.Invalid.class, call).rule());
  }
}
