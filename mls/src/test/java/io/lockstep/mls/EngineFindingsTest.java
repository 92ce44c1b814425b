package io.lockstep.mls;

import static io.lockstep.mls.TestClient.utf8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lockstep.mls.message.Proposal;
import io.lockstep.mls.tree.LeafIndex;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The defects that were found in bcmls, each with the test that this engine passes. */
class EngineFindingsTest {
  private static final String HERE = "EngineFindingsTest";
  private static final String HOSTILE = "GroupHostileTest";

  /** Class and method of the test, by the number of the defect. */
  private static final Map<String, List<String>> TESTS =
      Map.ofEntries(
          Map.entry(
              "C1 a member added without path falls out",
              List.of(HOSTILE, "memberAddedWithoutPathFollowsCommitsFromEverySubtree")),
          Map.entry(
              "S1 groups in several threads disturb each other",
              List.of("ManyThreadsTest", "independentGroupsLiveInManyThreads")),
          Map.entry(
              "S2 the reuse guard is always zero", List.of(HERE, "twoSendsFromOneValueDiffer")),
          Map.entry(
              "S3 an altered copy spoils the genuine message",
              List.of(HOSTILE, "alteredCopyDeliveredFirstDoesNotSpoilTheGenuineMessage")),
          Map.entry(
              "S4 joining does not verify leaves",
              List.of(HOSTILE, "joinerDetectsForgedLeafInTheTree")),
          Map.entry(
              "S5 external join does not verify the GroupInfo",
              List.of(HOSTILE, "alteredGroupInfoIsRefusedByExternalJoiner")),
          Map.entry(
              "S6 an outsider evicts members",
              List.of(HOSTILE, "outsiderCannotEvictMemberByExternalCommit")),
          Map.entry("S7 old secrets pile up", List.of(HERE, "stateDoesNotGrowWithItsEpochs")),
          Map.entry("S8 own message keys stay", List.of(HERE, "stateDoesNotGrowWithOwnMessages")),
          Map.entry(
              "S9 any generation is ratcheted to",
              List.of(HOSTILE, "generationTooFarAheadIsRefused")),
          Map.entry(
              "S10 a short message allocates a gigabyte",
              List.of("HostileInputTest", "decodersAllocateInProportionToTheirInput")),
          Map.entry(
              "S11 long varints",
              List.of("codec.TlsReaderTest", "lengthPrefixThatCouldBeShorterIsMalformed")),
          Map.entry(
              "S11 unknown references are skipped",
              List.of(HOSTILE, "unknownProposalReferenceIsRefused")),
          Map.entry("S12 a huge leaf index", List.of(HERE, "hugeLeafIndexIsRefusedAtOnce")));

  private final TestClient alice = TestClient.named("alice");
  private final TestClient bob = TestClient.named("bob");

  @BeforeEach
  void twoMembers() throws Exception {
    alice.creates();
    PendingCommit added = alice.commits(CommitOptions.empty().add(bob.keyPackage()));
    alice.set(added.next());
    bob.joins(added);
  }

  @TestFactory
  List<DynamicTest> everyFindingHasTest() {
    return TESTS.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .map(
            entry ->
                DynamicTest.dynamicTest(
                    entry.getKey(),
                    () -> {
                      Class<?> type = Class.forName("io.lockstep.mls." + entry.getValue().get(0));
                      assertTrue(
                          Arrays.stream(type.getDeclaredMethods())
                              .anyMatch(each -> each.getName().equals(entry.getValue().get(1))),
                          entry::toString);
                    }))
        .toList();
  }

  @Test
  void twoSendsFromOneValueDiffer() throws Exception {
    Group group = alice.group();
    byte[] one = group.protect(utf8("same"), new byte[0], alice.random).message();
    byte[] two = group.protect(utf8("same"), new byte[0], alice.random).message();
    assertFalse(Arrays.equals(one, two), "key and nonce are the same, the reuse guard is not");
  }

  @Test
  void stateDoesNotGrowWithItsEpochs() throws Exception {
    int after = 0;
    for (int epoch = 0; epoch < 60; epoch++) {
      PendingCommit commit = alice.commits(CommitOptions.empty());
      alice.set(commit.next());
      bob.receives(commit.commit());
      after = epoch == 20 ? bob.group().encode().length : after;
    }
    // The epoch number and lengths may need a byte more here and there.
    assertEquals(after, bob.group().encode().length, 16);
  }

  @Test
  void stateDoesNotGrowWithOwnMessages() throws Exception {
    alice.says("first");
    int before = alice.group().encode().length;
    for (int i = 0; i < 100; i++) {
      alice.says("more");
    }
    assertEquals(before, alice.group().encode().length);
  }

  @Test
  void hugeLeafIndexIsRefusedAtOnce() throws Exception {
    for (int index : new int[] {Integer.MIN_VALUE, -1, LeafIndex.LIMIT, Integer.MAX_VALUE}) {
      Proposal removal = new Proposal.Remove(new LeafIndex(index));
      assertThrows(
          MlsException.Invalid.class, () -> alice.commits(CommitOptions.empty().propose(removal)));
    }
  }
}
