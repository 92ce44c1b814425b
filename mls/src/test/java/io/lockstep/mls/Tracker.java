package io.lockstep.mls;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.util.Map;
import java.util.TreeMap;

/** Someone outside who follows a group. The state is stored and read back after every step. */
final class Tracker {
  private final Map<RecordKey, byte[]> records = new TreeMap<>();
  private PublicGroup group;

  Tracker(PublicGroup group) throws MlsException {
    set(group);
  }

  /** From the birth of the group; {@code creator} is alone in it. */
  static Tracker ofNew(TestClient creator) throws MlsException {
    byte[] info = creator.group().groupInfo(GroupInfoContent.WITH_TREE);
    return new Tracker(PublicGroup.created(info, TestClient.CONTEXT));
  }

  /** By the word of a member, with the tree apart. */
  static Tracker of(Group member) throws MlsException {
    ReceiveContext context = TestClient.CONTEXT.withRatchetTree(member.ratchetTree());
    byte[] info = member.groupInfo(GroupInfoContent.WITHOUT_TREE);
    return new Tracker(PublicGroup.of(info, context));
  }

  PublicGroup group() {
    return group;
  }

  void set(PublicGroup next) throws MlsException {
    byte[] stored = next.encode();
    assertArrayEquals(stored, PublicGroup.decode(stored).encode());
    if (group == null) {
      records.putAll(next.records());
    } else {
      next.changesSince(group).applyTo(records);
    }
    assertArrayEquals(stored, PublicGroup.fromRecords(records).encode());
    // Every other value is one that was read back, and shares no object with the one before.
    group = epochIsOdd(next) ? PublicGroup.fromRecords(records) : next;
  }

  private static boolean epochIsOdd(PublicGroup group) {
    return (group.epoch() & 1) == 1;
  }

  PublicEffect sees(byte[] message) throws MlsException {
    PublicEffect effect = group.process(message, TestClient.CONTEXT);
    set(effect.next());
    return effect;
  }

  PublicEffect.CommitApplied seesCommit(byte[] message) throws MlsException {
    return assertInstanceOf(PublicEffect.CommitApplied.class, sees(message));
  }

  /** The Commit, its Welcome if it has one, and the GroupInfo of the epoch that it begins. */
  void sees(PendingCommit commit) throws MlsException {
    seesCommit(commit.commit());
    if (commit.welcome().isPresent()) {
      group.checkWelcome(commit.welcome().get());
    } else {
      assertEquals(0, group.joiners().size());
    }
  }

  void assertAgreesWith(TestClient... members) throws MlsException {
    for (TestClient member : members) {
      Group theirs = member.group();
      assertArrayEquals(theirs.context().encode(), group.context().encode());
      assertEquals(theirs.members(), group.members());
      assertArrayEquals(theirs.ratchetTree(), group.ratchetTree());
      Member signer = group.checkGroupInfo(theirs.groupInfo(GroupInfoContent.WITH_TREE));
      assertEquals(member.credential, signer.credential());
    }
  }
}
