package io.lockstep.mls;

import static io.lockstep.mls.TestClient.NOW;
import static io.lockstep.mls.TestClient.TRUST;
import static io.lockstep.mls.TestClient.utf8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lockstep.mls.crypto.Secret;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What was used, replaced or left behind is nowhere any more. */
class SecretsDieTest {
  private static final int EPOCHS = 1_000;

  /** After so many epochs every member has committed and no past epoch is left. */
  private static final int ALL_NEW = 12;

  /** Enough of a secret to tell it from chance. */
  private static final int WINDOW = 16;

  private final List<Holder> members = new ArrayList<>();

  /** A member that overwrites what it leaves, and remembers what it was. */
  private static final class Holder {
    private final TestClient client;
    private final List<Secret> retired = new ArrayList<>();
    private Group group;
    private Set<Secret> secrets;

    Holder(TestClient client, Group group) {
      this.client = client;
      this.group = group;
      this.secrets = identitySet(ObjectGraph.of(group).secrets());
    }

    void becomes(Group next) {
      Set<Secret> after = identitySet(ObjectGraph.of(next).secrets());
      group.wipeExcept(next);
      secrets.stream().filter(each -> !after.contains(each)).forEach(retired::add);
      group = next;
      secrets = after;
    }

    void receives(byte[] message) throws MlsException {
      becomes(group.process(message, TRUST, NOW).next());
    }

    byte[] says(String text) throws MlsException {
      Protected sent = group.protect(utf8(text), new byte[0], client.random);
      becomes(sent.next());
      return sent.message();
    }
  }

  private void fourMembers() throws Exception {
    TestClient alice = TestClient.named("alice").creates();
    List<TestClient> others =
        List.of(TestClient.named("bob"), TestClient.named("carol"), TestClient.named("dave"));
    CommitOptions add = CommitOptions.empty().ratchetTreeInWelcome();
    for (TestClient each : others) {
      add = add.add(each.keyPackage());
    }
    PendingCommit commit = alice.commits(add);
    members.add(new Holder(alice, commit.next()));
    for (TestClient each : others) {
      each.joins(commit.welcome().orElseThrow());
      members.add(new Holder(each, each.group()));
    }
  }

  private void commit(int turn) throws Exception {
    Holder committer = members.get(turn % members.size());
    PendingCommit commit =
        committer.group.commit(CommitOptions.empty(), TRUST, committer.client.random, NOW);
    committer.becomes(commit.ifRejected(committer.group));
    for (Holder each : members) {
      if (each != committer) {
        each.receives(commit.commit());
      }
    }
    committer.becomes(commit.next());
  }

  private void talk(int turn) throws Exception {
    Holder sender = members.get((turn + 1) % members.size());
    List<byte[]> messages = List.of(sender.says("one"), sender.says("two"), sender.says("three"));
    for (int i : new int[] {1, 2, 0}) {
      for (Holder each : members) {
        if (each != sender) {
          each.receives(messages.get(i));
        }
      }
    }
  }

  @Test
  void aThousandEpochsLeaveNoOldSecretAndNoGrowth() throws Exception {
    fourMembers();
    Set<String> old = new HashSet<>();
    List<Set<String>> recent = new ArrayList<>();
    List<Integer> objects = new ArrayList<>();
    List<Long> bytes = new ArrayList<>();
    for (int epoch = 1; epoch <= EPOCHS; epoch++) {
      recent.add(secretsOf(members.getFirst().group));
      talk(epoch);
      recent.getLast().addAll(secretsOf(members.getFirst().group));
      commit(epoch);
      if (recent.size() > ALL_NEW) {
        old.addAll(recent.removeFirst());
      }
      if (epoch == EPOCHS / 10 || epoch == EPOCHS) {
        ObjectGraph graph = ObjectGraph.of(members.getFirst().group);
        objects.add(graph.objectCount());
        bytes.add(graph.byteCount());
      }
    }
    assertTrue(old.size() > 10 * EPOCHS, "secrets recorded: " + old.size());
    assertNowhere(old, members.getFirst().group);
    for (Holder each : members) {
      assertTrue(each.retired.size() > 10 * EPOCHS);
      each.retired.forEach(SecretsDieTest::assertZero);
    }
    // The shape of the set of keys depends on the keys, so not to the last object.
    assertEquals(objects.getFirst(), objects.getLast(), 0.02 * objects.getFirst(), "objects");
    assertEquals(bytes.getFirst(), bytes.getLast(), 0.02 * bytes.getFirst(), "bytes");
  }

  @Test
  void messageKeysAreGoneOnceUsedByReceiverAndBySender() throws Exception {
    fourMembers();
    Holder sender = members.get(0);
    Holder receiver = members.get(1);
    Set<String> senderBefore = secretsOf(sender.group);
    Set<String> receiverBefore = secretsOf(receiver.group);
    byte[] message = sender.says("once");
    receiver.receives(message);
    // Both roots of the secret tree, from which the key can be derived, must be gone at least.
    assertFalse(secretsOf(sender.group).containsAll(senderBefore));
    assertFalse(secretsOf(receiver.group).containsAll(receiverBefore));
    sender.retired.forEach(SecretsDieTest::assertZero);
    receiver.retired.forEach(SecretsDieTest::assertZero);
    Set<String> ratchets = secretsOf(sender.group);
    sender.says("again");
    ratchets.removeAll(secretsOf(sender.group));
    assertEquals(1, ratchets.size(), "one step replaces the secret of one ratchet");
    assertThrows(MlsException.KeyAlreadyUsed.class, () -> receiver.receives(message));
  }

  @Test
  void valueThatWasLetGoRefusesToBeUsed() throws Exception {
    fourMembers();
    Holder alice = members.get(0);
    Group old = alice.group;
    byte[] message = members.get(1).says("x");
    alice.receives(message);
    assertThrows(IllegalStateException.class, old::encode);
    assertThrows(IllegalStateException.class, () -> old.process(message, TRUST, NOW));
    assertThrows(
        IllegalStateException.class,
        () -> old.protect(utf8("x"), new byte[0], alice.client.random));
    assertThrows(
        IllegalStateException.class,
        () -> old.commit(CommitOptions.empty(), TRUST, alice.client.random, NOW));
    assertThrows(IllegalStateException.class, () -> old.export("x", new byte[0], 32));
    assertThrows(IllegalStateException.class, old::epochAuthenticator);
    assertThrows(IllegalStateException.class, () -> alice.group.wipeExcept(old));
    commit(0);
  }

  @Test
  void groupThatIsGivenUpIsOverwrittenWhole() throws Exception {
    fourMembers();
    Holder alice = members.get(0);
    talk(3);
    List<Secret> all = ObjectGraph.of(alice.group).secrets();
    alice.group.wipe();
    all.forEach(SecretsDieTest::assertZero);
    // The client's own signature key is not the group's.
    alice.client.keys.privateKey().expose();
  }

  @Test
  void commitThatLostTheRaceIsOverwrittenWithoutHarm() throws Exception {
    fourMembers();
    Holder alice = members.get(0);
    Holder bob = members.get(1);
    PendingCommit lost = alice.group.commit(CommitOptions.empty(), TRUST, alice.client.random, NOW);
    alice.becomes(lost.ifRejected(alice.group));
    List<Secret> ofLost = ObjectGraph.of(lost.next()).secrets();
    commit(1);
    lost.next().wipeExcept(alice.group);
    Set<Secret> kept = identitySet(ObjectGraph.of(alice.group).secrets());
    List<Secret> gone = ofLost.stream().filter(each -> !kept.contains(each)).toList();
    assertTrue(gone.size() > 8);
    gone.forEach(SecretsDieTest::assertZero);
    alice.receives(bob.says("still here"));
    commit(0);
    talk(0);
  }

  @Test
  void ownUpdateAndJoinKeepTheirKeysWhenTheOldValueGoes() throws Exception {
    fourMembers();
    Holder alice = members.get(0);
    Holder bob = members.get(1);
    Proposed update =
        alice.group.proposeUpdate(HandshakeOptions.publicMessage(), alice.client.random);
    alice.becomes(update.next());
    for (Holder each : members) {
      if (each != alice) {
        each.receives(update.message());
      }
    }
    commit(1);
    commit(2);
    bob.client.bundle().close();
    commit(0);
    talk(1);
  }

  @Test
  void refusedMessageLeavesOnlyWhatWasThere() throws Exception {
    fourMembers();
    Holder alice = members.get(0);
    byte[] message = members.get(1).says("x");
    Set<Secret> before = identitySet(ObjectGraph.of(alice.group).secrets());
    message[message.length - 1] ^= 1;
    assertThrows(MlsException.Undecryptable.class, () -> alice.receives(message));
    List<Secret> after = ObjectGraph.of(alice.group).secrets();
    assertTrue(before.containsAll(after));
    after.forEach(each -> each.expose());
  }

  @Test
  void secretTypesShowNothing() throws Exception {
    fourMembers();
    Group group = members.getFirst().group;
    List<Object> shown =
        List.of(
            group,
            members.getFirst().client.keys,
            members.get(1).client.bundle(),
            stateOf(group),
            ObjectGraph.of(group).secrets());
    for (String hex : secretsOf(group)) {
      for (Object each : shown) {
        assertFalse(String.valueOf(each).contains(hex));
      }
    }
  }

  private static GroupState stateOf(Group group) throws ReflectiveOperationException {
    Field field = Group.class.getDeclaredField("state");
    field.setAccessible(true);
    return assertInstanceOf(GroupState.class, field.get(group));
  }

  /** In hexadecimal, without the signature key, which lives on. */
  @SuppressWarnings("ReferenceEquality")
  private static Set<String> secretsOf(Group group) throws ReflectiveOperationException {
    Secret signer = stateOf(group).signer().privateKey();
    Set<String> all = new HashSet<>();
    for (Secret each : ObjectGraph.of(group).secrets()) {
      if (each != signer && each.length() >= WINDOW) {
        all.add(HexFormat.of().formatHex(each.expose()));
      }
    }
    return all;
  }

  /** No byte array holds a secret, not even in its middle. */
  private static void assertNowhere(Set<String> secrets, Group group) {
    Set<String> starts = new HashSet<>();
    secrets.forEach(each -> starts.add(each.substring(0, 2 * WINDOW)));
    for (byte[] array : ObjectGraph.of(group).arrays()) {
      for (int i = 0; i + WINDOW <= array.length; i++) {
        assertFalse(starts.contains(HexFormat.of().formatHex(array, i, i + WINDOW)));
      }
    }
  }

  private static void assertZero(Secret secret) {
    assertThrows(IllegalStateException.class, secret::expose);
    for (byte[] array : ObjectGraph.of(secret).arrays()) {
      for (byte each : array) {
        assertEquals(0, each);
      }
    }
  }

  private static Set<Secret> identitySet(List<Secret> secrets) {
    Set<Secret> set = Collections.newSetFromMap(new IdentityHashMap<>());
    set.addAll(secrets);
    return set;
  }
}
