package io.lockstep.mls;

import static io.lockstep.mls.GroupScenarioTest.assertInStep;
import static io.lockstep.mls.TestClient.CONTEXT;
import static io.lockstep.mls.TestClient.GROUP_ID;
import static io.lockstep.mls.TestClient.SUITE;
import static io.lockstep.mls.TestClient.utf8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.lockstep.mls.crypto.Secret;
import io.lockstep.mls.message.PreSharedKeyId;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** External Commits beyond the plain one, and PSKs by name. */
class JoinVariantsTest {
  private static final PskSource PSKS =
      id ->
          Arrays.equals(id, utf8("psk"))
              ? Optional.of(Secret.copyOf(utf8("secret")))
              : Optional.empty();

  private final TestClient alice = TestClient.named("alice");
  private final TestClient bob = TestClient.named("bob");
  private final TestClient carol = TestClient.named("carol");

  @Test
  void onlyMemberThatLostItsStateComesBack() throws Exception {
    alice.creates();
    Group lost = alice.group();
    Tracker tracker = Tracker.ofNew(alice);
    byte[] commit = alice.joinsExternally(lost.groupInfo(GroupInfoContent.WITH_TREE));
    tracker.seesCommit(commit);
    tracker.assertAgreesWith(alice);
    assertEquals(1, alice.group().members().size());
    assertEquals(1, alice.group().epoch());
    assertInstanceOf(Effect.Removed.class, lost.process(commit, CONTEXT));
    PendingCommit added = alice.commits(CommitOptions.empty().add(bob.keyPackage()));
    alice.set(added.next());
    bob.joins(added);
    assertInStep(alice, bob);
    assertEquals("alive", bob.reads(alice.says("alive")));
  }

  @Test
  void onlyMemberThatLeavesHandsTheGroupToAJoiner() throws Exception {
    alice.creates();
    byte[] leaving = alice.proposes(alice.group().proposeSelfRemove(new byte[0], alice.random));
    ExternalJoin join =
        Group.joinExternally(
            alice.group().groupInfo(GroupInfoContent.WITH_TREE),
            LeafProfile.of(bob.keys, bob.credential),
            ExternalJoinOptions.none().selfRemove(leaving),
            CONTEXT,
            bob.random);
    assertInstanceOf(Effect.Removed.class, alice.receives(join.commit()));
    assertEquals(bob.credential, join.next().members().getFirst().credential());
  }

  @Test
  void joinerProvesItselfByExternalAndResumptionPsks() throws Exception {
    twoMembers();
    Group earlier = bob.group();
    ReceiveContext withPsks = CONTEXT.withPsks(PSKS);
    ExternalJoinOptions options =
        ExternalJoinOptions.none()
            .psk(PreSharedKeyId.external(utf8("psk"), SUITE, bob.random))
            .psk(PreSharedKeyId.resumption(GROUP_ID, earlier.epoch(), SUITE, bob.random));
    byte[] info = alice.group().groupInfo(GroupInfoContent.WITH_TREE);
    LeafProfile self = LeafProfile.of(bob.keys, bob.credential);
    MlsException.Invalid missing =
        assertThrows(
            MlsException.Invalid.class,
            () -> Group.joinExternally(info, self, options, withPsks, bob.random));
    assertEquals(Rule.PSK_AVAILABLE, missing.rule());
    ExternalJoin join =
        Group.joinExternally(info, self, options, withPsks.withGroup(earlier), bob.random);
    alice.set(alice.group().process(join.commit(), withPsks).next());
    bob.set(join.next());
    assertInStep(alice, bob);
  }

  @Test
  void commitNamesPsksOfThisAndOfAnotherGroup() throws Exception {
    twoMembers();
    Group other =
        Group.create(
            new GroupId(utf8("other")),
            alice.keys,
            alice.credential,
            TestClient.LIFETIME,
            List.of(),
            alice.random);
    CommitOptions options =
        CommitOptions.empty()
            .psk(PreSharedKeyId.resumption(GROUP_ID, 1, SUITE, alice.random))
            .psk(PreSharedKeyId.resumption(other.groupId(), 0, SUITE, alice.random))
            .psk(PreSharedKeyId.external(utf8("psk"), SUITE, alice.random))
            .add(carol.keyPackage())
            .ratchetTreeInWelcome();
    ReceiveContext context = CONTEXT.withPsks(PSKS).withGroup(other);
    PendingCommit commit = alice.group().commit(options, context, alice.random);
    alice.set(commit.next());
    bob.set(bob.group().process(commit.commit(), context).next());
    // A newcomer needs them all as well: here those of the group itself come from elsewhere.
    PskSource all =
        new PskSource() {
          @Override
          public Optional<Secret> external(byte[] id) {
            return PSKS.external(id);
          }

          @Override
          public Optional<Secret> resumption(GroupId group, long epoch) {
            return Optional.of(group.equals(GROUP_ID) ? earlier : other.resumptionPsk());
          }

          private final Secret earlier =
              bob.group().state().past().find(1).orElseThrow().resumption();
        };
    carol.set(
        Group.join(
            commit.welcome().orElseThrow(), carol.bundle(), carol.keys, CONTEXT.withPsks(all)));
    assertInStep(alice, bob, carol);
  }

  private void twoMembers() throws MlsException {
    alice.creates();
    PendingCommit added = alice.commits(CommitOptions.empty().add(bob.keyPackage()));
    alice.set(added.next());
    bob.joins(added);
  }
}
