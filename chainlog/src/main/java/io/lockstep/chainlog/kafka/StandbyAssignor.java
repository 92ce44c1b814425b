package io.lockstep.chainlog.kafka;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.Configurable;
import org.apache.kafka.common.TopicPartition;

/**
 * Gives each partition of a group an owner and a standby ({@link StandbyPlan}). Members tell what
 * they stand by for and what they refuse, and are told what they shall stand by for, in the
 * protocol's user data.
 *
 * <p>Public because Kafka's client makes the object.
 */
public final class StandbyAssignor implements ConsumerPartitionAssignor, Configurable {
  /** Key of the consumer's configuration under which the {@link Member} is. */
  static final String MEMBER_CONFIG = "lockstep.owners.member";

  private static final byte VERSION = 1;
  private static final int NO_GENERATION = -1;

  private Member member;

  /** The member for which this object works. Called on its consumer's thread. */
  interface Member {
    String topic();

    Set<Integer> following();

    /** Partitions that it cannot go on with. */
    Set<Integer> refused();

    void assigned(Share share);
  }

  @Override
  public void configure(Map<String, ?> configs) {
    member = (Member) configs.get(MEMBER_CONFIG);
  }

  @Override
  public String name() {
    return "lockstep-standby";
  }

  @Override
  public List<RebalanceProtocol> supportedProtocols() {
    return List.of(RebalanceProtocol.COOPERATIVE, RebalanceProtocol.EAGER);
  }

  @Override
  public ByteBuffer subscriptionUserData(Set<String> topics) {
    return encode(List.of(new TreeSet<>(member.following()), new TreeSet<>(member.refused())));
  }

  @Override
  public GroupAssignment assign(Cluster metadata, GroupSubscription group) {
    String topic = member.topic();
    Integer partitions = metadata.partitionCountForTopic(topic);
    List<StandbyPlan.Member> members = new ArrayList<>();
    group.groupSubscription().forEach((id, told) -> members.add(member(id, told, topic)));
    Map<String, Assignment> assignments = new HashMap<>();
    StandbyPlan.of(members, partitions == null ? 0 : partitions)
        .forEach(
            (id, share) ->
                assignments.put(
                    id,
                    new Assignment(
                        share.owns().stream().map(p -> new TopicPartition(topic, p)).toList(),
                        encode(List.of(share.stands(), share.covered())))));
    return new GroupAssignment(assignments);
  }

  private static StandbyPlan.Member member(String id, Subscription told, String topic) {
    Set<Integer> owned = new TreeSet<>();
    told.ownedPartitions().stream()
        .filter(p -> p.topic().equals(topic))
        .forEach(p -> owned.add(p.partition()));
    List<SortedSet<Integer>> sets = decode(told.userData(), 2);
    return new StandbyPlan.Member(
        id, owned, sets.get(0), sets.get(1), told.generationId().orElse(NO_GENERATION));
  }

  @Override
  public void onAssignment(Assignment assignment, ConsumerGroupMetadata metadata) {
    SortedSet<Integer> owns = new TreeSet<>();
    assignment.partitions().forEach(p -> owns.add(p.partition()));
    List<SortedSet<Integer>> sets = decode(assignment.userData(), 2);
    member.assigned(new Share(owns, sets.get(0), sets.get(1)));
  }

  private static ByteBuffer encode(List<SortedSet<Integer>> sets) {
    int numbers = sets.stream().mapToInt(set -> 1 + set.size()).sum();
    ByteBuffer data = ByteBuffer.allocate(1 + numbers * Integer.BYTES).put(VERSION);
    for (SortedSet<Integer> set : sets) {
      data.putInt(set.size());
      set.forEach(data::putInt);
    }
    return data.flip();
  }

  /** Empty sets for data that is missing or of another version: then there is just no standby. */
  private static List<SortedSet<Integer>> decode(ByteBuffer from, int count) {
    ByteBuffer data = from == null ? ByteBuffer.allocate(0) : from.duplicate();
    boolean known = data.hasRemaining() && data.get() == VERSION;
    List<SortedSet<Integer>> sets = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      SortedSet<Integer> set = new TreeSet<>();
      if (known && data.remaining() >= Integer.BYTES) {
        for (int left = data.getInt(); left > 0 && data.remaining() >= Integer.BYTES; left--) {
          set.add(data.getInt());
        }
      }
      sets.add(set);
    }
    return sets;
  }
}
