package io.lockstep.mls;

import static io.lockstep.mls.GroupScenarioTest.assertInStep;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A Commit that was encrypted has used a key, also when the Delivery Service then refuses it. */
class RejectedCommitTest {
  private final TestClient alice = TestClient.named("alice");
  private final TestClient bob = TestClient.named("bob");

  @BeforeEach
  void twoMembers() throws Exception {
    alice.creates();
    PendingCommit added = alice.commits(CommitOptions.empty().add(bob.keyPackage()));
    alice.set(added.next());
    bob.joins(added);
  }

  @Test
  void commitMadeAgainUsesTheNextKey() throws Exception {
    PendingCommit first = alice.commits(CommitOptions.empty());
    alice.set(first.ifRejected(alice.group()));
    PendingCommit second = alice.commits(CommitOptions.empty());
    alice.set(second.ifRejected(alice.group()));
    Group afterFirst = bob.group().process(first.commit(), TestClient.CONTEXT).next();
    assertEquals(first.next().epoch(), afterFirst.epoch());
    // Had both used one key, the trace of the first would make the second a replay.
    byte[] proposal =
        alice.proposes(
            alice.group().proposeUpdate(HandshakeOptions.privateMessage(), alice.random));
    bob.receives(proposal);
    assertInstanceOf(Effect.CommitApplied.class, bob.receives(second.commit()));
    alice.set(second.next());
    assertInStep(alice, bob);
  }

  @Test
  void withoutItTheSecondCommitIsTakenForAReplay() throws Exception {
    byte[] proposal =
        alice.group().proposeUpdate(HandshakeOptions.privateMessage(), alice.random).message();
    bob.receives(proposal);
    PendingCommit sameKey = alice.commits(CommitOptions.empty());
    assertThrows(MlsException.KeyAlreadyUsed.class, () -> bob.tries(sameKey.commit()));
  }

  @Test
  void messagesReceivedMeanwhileStayReceived() throws Exception {
    PendingCommit pending = alice.commits(CommitOptions.empty());
    byte[] message = bob.says("meanwhile");
    assertEquals("meanwhile", alice.reads(message));
    alice.set(pending.ifRejected(pending.ifRejected(alice.group())));
    assertThrows(MlsException.KeyAlreadyUsed.class, () -> alice.tries(message));
    PendingCommit second = alice.commits(CommitOptions.empty());
    bob.receives(second.commit());
    alice.set(second.next());
    assertInStep(alice, bob);
  }

  @Test
  void publicCommitsAndOtherEpochsAreLeftAsTheyAre() throws Exception {
    PendingCommit open =
        alice.commits(CommitOptions.empty().framed(HandshakeOptions.publicMessage()));
    assertSame(alice.group(), open.ifRejected(alice.group()));
    PendingCommit sealed = alice.commits(CommitOptions.empty());
    assertSame(sealed.next(), sealed.ifRejected(sealed.next()));
  }
}
