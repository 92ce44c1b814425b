package io.lockstep.mls;

import static io.lockstep.mls.TestClient.CONTEXT;
import static io.lockstep.mls.TestClient.utf8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lockstep.mls.message.Proposal;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class GroupRecordsTest {
  private static final int MEMBERS = 2_000;

  /** Of 11 levels: nodes of both trees on a path, and a few of which there is one each. */
  private static final int COMMIT_RECORDS_MAX = 3 * 11;

  @Test
  void messageAndCommitInALargeGroupWriteLittle() throws Exception {
    TestClient alice = TestClient.named("alice").creates();
    TestClient bob = TestClient.named("bob");
    List<KeyPackage> adding = new ArrayList<>();
    adding.add(bob.keyPackage());
    for (int i = 2; i < MEMBERS; i++) {
      adding.add(TestClient.named("member " + i).keyPackage());
    }
    CommitOptions add = CommitOptions.empty();
    PendingCommit added =
        alice
            .group()
            .commit(
                add.proposeAll(adding.stream().map(Proposal.Add::new).toList()),
                CONTEXT,
                alice.random);
    Group sender = added.next();
    bob.joins(added);
    Group receiver = bob.group();

    Protected said = sender.protect(new byte[200], utf8("aad"), alice.random);
    assertTrue(bytes(said.next().changesSince(sender)) < 4_096);
    Group heard = receiver.process(said.message(), CONTEXT).next();
    assertTrue(bytes(heard.changesSince(receiver)) < 4_096);
    Protected again = said.next().protect(new byte[200], utf8("aad"), alice.random);
    RecordChanges second = again.next().changesSince(said.next());
    assertEquals(1, second.puts().size(), "one ratchet, and nothing else");

    PendingCommit commit = sender.commit(CommitOptions.empty().forcePath(), CONTEXT, alice.random);
    RecordChanges made = commit.next().changesSince(sender);
    assertTrue(made.puts().size() <= COMMIT_RECORDS_MAX, made.toString());
    assertTrue(bytes(made) < 8_192, bytes(made) + " bytes");
    Group followed = receiver.process(commit.commit(), CONTEXT).next();
    assertTrue(followed.changesSince(receiver).puts().size() <= COMMIT_RECORDS_MAX);
  }

  private static int bytes(RecordChanges changes) {
    int bytes = 0;
    for (Map.Entry<RecordKey, byte[]> put : changes.puts().entrySet()) {
      bytes += put.getKey().bytes().length + put.getValue().length;
    }
    return bytes;
  }

  @Test
  void changesBetweenTwoBranchesOfHistoryAreRightToo() throws Exception {
    TestClient alice = TestClient.named("alice").creates();
    TestClient bob = TestClient.named("bob");
    PendingCommit added = alice.commits(CommitOptions.empty().add(bob.keyPackage()));
    alice.set(added.next());
    bob.joins(added);
    Group lost =
        alice.group().commit(CommitOptions.empty().forcePath(), CONTEXT, alice.random).next();
    PendingCommit won = bob.commits(CommitOptions.empty().forcePath());
    Group followed = alice.group().process(won.commit(), CONTEXT).next();
    Map<RecordKey, byte[]> disk = new TreeMap<>(lost.records());
    followed.changesSince(lost).applyTo(disk);
    assertArrayEquals(followed.encode(), Group.fromRecords(disk).encode());
  }

  @Test
  void aMissingRecordIsMalformed() throws Exception {
    Group group = twoMembers();
    for (RecordKey key : group.records().keySet()) {
      Map<RecordKey, byte[]> torn = new TreeMap<>(group.records());
      torn.remove(key);
      assertThrows(MlsException.class, () -> Group.fromRecords(torn), key::toString);
    }
  }

  @Test
  void recordsOfTwoStatesAreMalformed() throws Exception {
    Group before = twoMembers();
    TestClient anyone = TestClient.named("anyone");
    Group after = before.commit(CommitOptions.empty().forcePath(), CONTEXT, anyone.random).next();
    Map<RecordKey, byte[]> torn = new TreeMap<>(before.records());
    RecordChanges changes = after.changesSince(before);
    RecordKey core = changes.puts().firstKey();
    torn.put(core, changes.puts().get(core));
    assertThrows(MlsException.Malformed.class, () -> Group.fromRecords(torn));
  }

  private static Group twoMembers() throws Exception {
    TestClient alice = TestClient.named("alice").creates();
    TestClient bob = TestClient.named("bob");
    PendingCommit added = alice.commits(CommitOptions.empty().add(bob.keyPackage()).forcePath());
    return added.next();
  }

  /** Records of format version 1 must be read for ever: never change the file, add one. */
  @Test
  void storedRecordsOfVersion1AreReadAndGoOn() throws Exception {
    Map<RecordKey, byte[]> stored = new TreeMap<>();
    for (String line : lines("group-records-v1.hex")) {
      String[] parts = line.split(" ", 2);
      stored.put(
          RecordKey.of(HexFormat.of().parseHex(parts[0])), HexFormat.of().parseHex(parts[1]));
    }
    // The same group as that of the whole state's golden file, so that its messages fit.
    List<String> whole = lines("group-v1.hex");
    Group group = Group.fromRecords(stored);
    assertArrayEquals(HexFormat.of().parseHex(whole.get(0)), group.encode());
    assertEquals(stored.keySet(), group.records().keySet());
    Effect.ApplicationMessage read =
        assertInstanceOf(
            Effect.ApplicationMessage.class,
            group.process(HexFormat.of().parseHex(whole.get(1)), CONTEXT));
    assertEquals("golden", new String(read.data(), StandardCharsets.UTF_8));
  }

  @Test
  void anUnknownVersionIsRefusedByName() throws Exception {
    Map<RecordKey, byte[]> records = new TreeMap<>(twoMembers().records());
    RecordKey core = RecordKey.of(new byte[1]);
    byte[] newer = records.get(core).clone();
    newer[0] = (byte) (GroupRecords.VERSION + 1);
    records.put(core, newer);
    assertThrows(MlsException.Unsupported.class, () -> Group.fromRecords(records));
  }

  private static List<String> lines(String name) throws IOException {
    try (InputStream in = GroupRecordsTest.class.getResourceAsStream("golden/" + name)) {
      return new String(in.readAllBytes(), StandardCharsets.US_ASCII).lines().toList();
    }
  }
}
