package io.lockstep.chainlog.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class StandbyPlanTest {
  private static final Set<Integer> NONE = Set.of();

  private static StandbyPlan.Member member(
      String id, Set<Integer> owned, Set<Integer> following, int generation) {
    return new StandbyPlan.Member(id, owned, following, NONE, generation);
  }

  private static StandbyPlan.Member idle(String id) {
    return member(id, NONE, NONE, -1);
  }

  /** Rebalances until nothing changes any more, as Kafka does; the plans on the way. */
  private static List<Map<String, Share>> settle(Map<String, Share> from, Set<String> ids, int n) {
    List<Map<String, Share>> plans = new ArrayList<>();
    Map<String, Share> now = from;
    for (int generation = 1; generation < 9; generation++) {
      List<StandbyPlan.Member> members = new ArrayList<>();
      for (String id : ids) {
        Share share = now.get(id);
        members.add(
            share == null ? idle(id) : member(id, share.owns(), share.stands(), generation));
      }
      Map<String, Share> next = StandbyPlan.of(members, n);
      plans.add(next);
      if (next.equals(now)) {
        return plans;
      }
      now = next;
    }
    throw new AssertionError("no end of rebalancing: " + plans);
  }

  private static void checkSettled(Map<String, Share> plan, int partitions) {
    Set<Integer> owned = new TreeSet<>();
    Set<Integer> stood = new TreeSet<>();
    for (Share share : plan.values()) {
      for (int p : share.owns()) {
        assertTrue(owned.add(p), "two owners of " + p + ": " + plan);
        assertFalse(share.stands().contains(p), "an owner cannot be its own standby: " + plan);
      }
      stood.addAll(share.stands());
      assertTrue(share.owns().size() <= Math.ceilDiv(partitions, plan.size()), plan.toString());
      assertTrue(share.owns().size() >= partitions / plan.size(), plan.toString());
    }
    assertEquals(partitions, owned.size());
    assertEquals(plan.size() > 1 ? partitions : 0, stood.size());
    plan.values()
        .forEach(s -> assertEquals(plan.size() > 1 ? s.owns() : new TreeSet<>(), s.covered()));
  }

  @Test
  void aMemberAloneOwnsAllAndNobodyStandsBy() {
    Share share = StandbyPlan.of(List.of(idle("a")), 3).get("a");
    assertEquals(Set.of(0, 1, 2), share.owns());
    assertEquals(Set.of(), share.stands());
    assertEquals(Set.of(), share.covered());
  }

  @Test
  void aPartitionThatMovesHasNoOwnerForOneRoundAndItsFormerOwnerStandsBy() {
    StandbyPlan.Member full = member("a", Set.of(0, 1, 2, 3), NONE, 1);
    Map<String, Share> first = StandbyPlan.of(List.of(full, idle("b")), 4);
    assertEquals(Set.of(0, 1), first.get("a").owns());
    assertEquals(Set.of(), first.get("b").owns());
    assertTrue(first.get("a").stands().containsAll(Set.of(2, 3)));
    assertTrue(first.get("b").stands().containsAll(Set.of(2, 3)));
    Map<String, Share> last = settle(first, Set.of("a", "b"), 4).getLast();
    assertEquals(Set.of(2, 3), last.get("b").owns());
    assertEquals(Set.of(2, 3), last.get("a").stands());
    assertEquals(Set.of(0, 1), last.get("b").stands());
  }

  @Test
  void theStandbyOfAMemberThatIsGoneBecomesTheOwner() {
    StandbyPlan.Member b = member("b", Set.of(2, 3), Set.of(0), 7);
    StandbyPlan.Member c = member("c", Set.of(4, 5), Set.of(1), 7);
    Map<String, Share> plan = StandbyPlan.of(List.of(b, c), 6);
    assertEquals(Set.of(0, 2, 3), plan.get("b").owns());
    assertEquals(Set.of(1, 4, 5), plan.get("c").owns());
  }

  @Test
  void ofTwoClaimsTheNewerOneCounts() {
    StandbyPlan.Member zombie = member("a", Set.of(0, 1), NONE, 3);
    StandbyPlan.Member owner = member("b", Set.of(0, 1), NONE, 5);
    Map<String, Share> plan = StandbyPlan.of(List.of(zombie, owner), 2);
    assertEquals(1, plan.get("b").owns().size());
    assertEquals(Set.of(), plan.get("a").owns(), "it moves, so nobody has it in this round");
  }

  @Test
  void claimsOfPartitionsThatDoNotExistAreIgnored() {
    StandbyPlan.Member odd = member("a", Set.of(-1, 9), Set.of(12), 1);
    assertEquals(Set.of(0, 1), StandbyPlan.of(List.of(odd), 2).get("a").owns());
  }

  @Property
  void howeverMembersComeAndGoEveryPartitionGetsAnOwnerAndAStandbyAndLittleMoves(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 64) int partitions) {
    Random random = new Random(seed);
    Set<String> ids = new HashSet<>(Set.of("m0"));
    Map<String, Share> now = new HashMap<>();
    for (int round = 0; round < 12; round++) {
      String id = "m" + random.nextInt(6);
      Set<String> next = new HashSet<>(ids);
      if (!next.add(id) && next.size() > 1) {
        next.remove(id);
      }
      Map<String, Share> before = new TreeMap<>(now);
      List<Map<String, Share>> plans = settle(now, next, partitions);
      now = plans.getLast();
      checkSettled(now, partitions);
      for (String stays : next) {
        if (ids.contains(stays) && before.containsKey(stays) && next.size() <= ids.size()) {
          assertTrue(
              now.get(stays).owns().containsAll(before.get(stays).owns())
                  || before.get(stays).owns().size() > Math.ceilDiv(partitions, next.size()) - 1,
              "a member that stays loses nothing when another one goes");
        }
      }
      ids = next;
    }
  }

  @Test
  void aMemberIsNotGivenWhatItRefuses() {
    Map<String, Share> plan =
        StandbyPlan.of(
            List.of(
                new StandbyPlan.Member("a", Set.of(0, 1, 2, 3), NONE, Set.of(0, 1, 2), 1),
                new StandbyPlan.Member("b", NONE, Set.of(0, 1, 2, 3), Set.of(2), 1)),
            4);
    assertEquals(Set.of(3), plan.get("a").owns());
    assertEquals(NONE, plan.get("a").stands(), "nor as a standby");
    assertEquals(NONE, plan.get("b").owns(), "Kafka wants it to be given back first");
    plan =
        StandbyPlan.of(
            List.of(
                new StandbyPlan.Member("a", Set.of(3), NONE, Set.of(0, 1, 2), 2),
                new StandbyPlan.Member("b", NONE, Set.of(0, 1, 2, 3), Set.of(2), 2)),
            4);
    assertEquals(Set.of(3), plan.get("a").owns());
    assertEquals(Set.of(0, 1), plan.get("b").owns());
    assertEquals(NONE, plan.get("a").stands());
    assertEquals(Set.of(3), plan.get("b").stands());
  }

  @Test
  void aPartitionThatAllRefuseHasNoOwner() {
    Map<String, Share> plan =
        StandbyPlan.of(List.of(new StandbyPlan.Member("a", Set.of(0, 1), NONE, Set.of(1), 1)), 2);
    assertEquals(Set.of(0), plan.get("a").owns());
    assertEquals(NONE, plan.get("a").stands());
  }
}
