package io.lockstep.mls;

import static io.lockstep.mls.GroupScenarioTest.assertInStep;
import static io.lockstep.mls.TestClient.SUITE;
import static io.lockstep.mls.TestClient.utf8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.lockstep.mls.message.PreSharedKeyId;
import io.lockstep.mls.message.Proposal;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Proposals that can be sent but never committed do not keep a group from going on. */
class StallingProposalTest {
  private final TestClient alice = TestClient.named("alice");
  private final TestClient bob = TestClient.named("bob");
  private final TestClient mallory = TestClient.named("mallory");

  @BeforeEach
  void threeMembers() throws Exception {
    alice.creates();
    PendingCommit added =
        alice.commits(CommitOptions.empty().add(bob.keyPackage()).add(mallory.keyPackage()));
    alice.set(added.next());
    bob.joins(added);
    mallory.joins(added);
  }

  @Test
  void receivedProposalsThatNoCommitCanCoverAreLeftOut() throws Exception {
    List<Proposal> stalling =
        List.of(
            new Proposal.Unknown(0xF123, new byte[0]),
            new Proposal.GroupContextExtensions(List.of(new Extension(0xF0F0, new byte[0]))),
            new Proposal.PreSharedKey(
                PreSharedKeyId.external(utf8("nobody has it"), SUITE, mallory.random)),
            new Proposal.Add(sameClientAgain()));
    for (Proposal proposal : stalling) {
      byte[] message =
          mallory.proposes(
              mallory.group().propose(proposal, HandshakeOptions.privateMessage(), mallory.random));
      alice.receives(message);
      bob.receives(message);
    }
    byte[] update =
        bob.proposes(bob.group().proposeUpdate(HandshakeOptions.privateMessage(), bob.random));
    alice.receives(update);
    mallory.receives(update);
    PendingCommit commit = alice.commits(CommitOptions.empty());
    alice.set(commit.next());
    Effect.CommitApplied applied = (Effect.CommitApplied) bob.receives(commit.commit());
    assertEquals(1, applied.updated().size());
    assertEquals(0, applied.added().size());
    mallory.receives(commit.commit());
    assertInStep(alice, bob, mallory);
  }

  @Test
  void whatTheCommitterItselfAsksForIsNotLeftOut() {
    MlsException.Invalid refused =
        assertThrows(
            MlsException.Invalid.class,
            () ->
                alice.commits(
                    CommitOptions.empty().propose(new Proposal.Unknown(0xF123, new byte[0]))));
    assertEquals(Rule.PROPOSAL_TYPE_SUPPORTED, refused.rule());
  }

  private KeyPackage sameClientAgain() {
    return TestClient.named("bob").keyPackage();
  }
}
