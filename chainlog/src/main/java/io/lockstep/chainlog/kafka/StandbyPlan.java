package io.lockstep.chainlog.kafka;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * Spreads partitions and their standbys over the members of a group. A function of what the members
 * have.
 *
 * <ul>
 *   <li>Numbers of owned partitions differ by one at most; a partition stays where it is if it can.
 *   <li>A partition that needs an owner goes to a member that stands by for it, since that one has
 *       its state.
 *   <li>With two members or more, each partition has a standby that is not its owner: the former
 *       owner if it has one, else the standby it has, else the member with the least to do.
 *   <li>A partition that moves between living members has no owner in this plan (Kafka's
 *       cooperative protocol: the next rebalance, which follows at once, gives it away). Both are
 *       its standbys meanwhile, and a standby that was its owner writes on until the next one does.
 *   <li>A partition goes to no member that refuses it, even if others then have more than an even
 *       share. One that all refuse has no owner.
 * </ul>
 */
final class StandbyPlan {
  /**
   * A member keeps up to so many times its even share of standbys. A standby that moves must be
   * restored, and meanwhile there is none; an even spread is worth less than that.
   */
  private static final int STANDBY_SLACK = 2;

  private final int partitions;
  private final TreeMap<String, Member> members = new TreeMap<>();
  private final Map<Integer, String> claimed = new HashMap<>();
  private final Map<Integer, String> owners = new TreeMap<>();
  private final Map<String, SortedSet<Integer>> owns = new HashMap<>();
  private final Map<String, SortedSet<Integer>> stands = new HashMap<>();

  /**
   * @param owned partitions that it believes to own
   * @param following partitions that it stands by for
   * @param refused partitions that it cannot go on with
   * @param generation of the group in which it knew that; the newest claim counts
   */
  record Member(
      String id,
      Set<Integer> owned,
      Set<Integer> following,
      Set<Integer> refused,
      int generation) {}

  private StandbyPlan(List<Member> all, int partitions) {
    this.partitions = partitions;
    for (Member member : all) {
      members.put(member.id(), member);
      owns.put(member.id(), new TreeSet<>());
      stands.put(member.id(), new TreeSet<>());
    }
  }

  /** The share of each member, by its id. Partitions are 0 to {@code partitions} - 1. */
  static Map<String, Share> of(List<Member> members, int partitions) {
    StandbyPlan plan = new StandbyPlan(members, partitions);
    plan.claim();
    plan.spreadOwners();
    plan.spreadStandbys();
    return plan.shares();
  }

  private void claim() {
    members.values().stream()
        .sorted(Comparator.comparingInt(Member::generation))
        .forEach(m -> m.owned().stream().filter(this::exists).forEach(p -> claimed.put(p, m.id())));
  }

  private boolean exists(int partition) {
    return partition >= 0 && partition < partitions;
  }

  private void spreadOwners() {
    Map<String, List<Integer>> kept = new HashMap<>();
    members.keySet().forEach(id -> kept.put(id, new ArrayList<>()));
    new TreeMap<>(claimed)
        .forEach(
            (partition, id) -> {
              if (takes(id, partition)) {
                kept.get(id).add(partition);
              }
            });
    List<String> fullest = new ArrayList<>(members.keySet());
    fullest.sort(Comparator.comparingInt(id -> -kept.get(id).size()));
    Map<String, Integer> quota = new HashMap<>();
    for (int i = 0; i < fullest.size(); i++) {
      boolean oneMore = i < partitions % fullest.size();
      quota.put(fullest.get(i), partitions / fullest.size() + (oneMore ? 1 : 0));
    }
    kept.forEach((id, mine) -> mine.stream().limit(quota.get(id)).forEach(p -> own(id, p)));
    for (int p = 0; p < partitions; p++) {
      int partition = p;
      if (!owners.containsKey(p)) {
        leastLoaded(
                owns, id -> takes(id, partition) && hasRoom(id, quota) && follows(id, partition))
            .ifPresent(id -> own(id, partition));
      }
    }
    for (int p = 0; p < partitions; p++) {
      int partition = p;
      if (!owners.containsKey(p)) {
        leastLoaded(owns, id -> takes(id, partition) && hasRoom(id, quota))
            .or(() -> leastLoaded(owns, id -> takes(id, partition)))
            .ifPresent(id -> own(id, partition));
      }
    }
  }

  private void own(String id, int partition) {
    owners.put(partition, id);
    owns.get(id).add(partition);
  }

  private boolean hasRoom(String id, Map<String, Integer> quota) {
    return owns.get(id).size() < quota.get(id);
  }

  private boolean takes(String id, int partition) {
    return !members.get(id).refused().contains(partition);
  }

  private boolean follows(String id, int partition) {
    return members.get(id).following().contains(partition);
  }

  private Optional<String> leastLoaded(
      Map<String, SortedSet<Integer>> load, Predicate<String> candidate) {
    return members.keySet().stream()
        .filter(candidate)
        .min(Comparator.comparingInt(id -> load.get(id).size()));
  }

  private void spreadStandbys() {
    if (members.size() < 2) {
      return;
    }
    int quota = STANDBY_SLACK * Math.ceilDiv(partitions, members.size());
    for (int p = 0; p < partitions; p++) {
      int partition = p;
      String owner = owners.get(p);
      String before = claimed.getOrDefault(p, owner);
      if (owner == null) {
        continue;
      }
      Predicate<String> free =
          id -> takes(id, partition) && !id.equals(owner) && stands.get(id).size() < quota;
      leastLoaded(stands, id -> free.test(id) && id.equals(before))
          .or(() -> leastLoaded(stands, id -> free.test(id) && follows(id, partition)))
          .ifPresent(id -> stands.get(id).add(partition));
    }
    for (int p = 0; p < partitions; p++) {
      int partition = p;
      if (owners.containsKey(p)
          && stands.values().stream().noneMatch(mine -> mine.contains(partition))) {
        String owner = owners.get(p);
        leastLoaded(stands, id -> takes(id, partition) && !id.equals(owner))
            .ifPresent(id -> stands.get(id).add(partition));
      }
    }
  }

  private Map<String, Share> shares() {
    owners.forEach(
        (partition, owner) -> {
          String before = claimed.getOrDefault(partition, owner);
          if (!before.equals(owner)) {
            owns.get(owner).remove(partition);
            stands.get(owner).add(partition);
            if (takes(before, partition)) {
              stands.get(before).add(partition);
            }
          }
        });
    Map<String, Share> shares = new HashMap<>();
    for (String id : members.keySet()) {
      SortedSet<Integer> covered = new TreeSet<>();
      for (int partition : owns.get(id)) {
        boolean elsewhere =
            stands.entrySet().stream()
                .anyMatch(e -> !e.getKey().equals(id) && e.getValue().contains(partition));
        if (elsewhere) {
          covered.add(partition);
        }
      }
      shares.put(id, new Share(owns.get(id), stands.get(id), covered));
    }
    return shares;
  }
}
