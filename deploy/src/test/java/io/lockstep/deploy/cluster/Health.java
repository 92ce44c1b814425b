package io.lockstep.deploy.cluster;

import io.lockstep.chainlog.kafka.KafkaConnection;
import io.lockstep.chainlog.kafka.OwnerEndpoints;
import io.lockstep.sequencer.SequencerNode;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;

/** Who leads, who owns, and whether everything is as it should be when nothing is wrong. */
final class Health implements AutoCloseable {
  private static final Duration HEALTHY_MAX = Duration.ofMinutes(2);
  private static final int ANSWER_MILLIS_MAX = 10_000;

  private final Admin admin;
  private final OwnerEndpoints endpoints;

  Health(KafkaConnection kafka) {
    admin =
        Admin.create(
            Map.of(
                AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG,
                kafka.bootstrap(),
                AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG,
                ANSWER_MILLIS_MAX / 2,
                AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
                ANSWER_MILLIS_MAX));
    endpoints = OwnerEndpoints.start(kafka, SequencerNode.LOG);
  }

  /**
   * Waits until every partition has all of its replicas in sync and is led by the preferred one,
   * and all sequencers are members of their group and own something.
   */
  void await(String when) {
    Await.until("all replicas are in sync " + when, HEALTHY_MAX, this::replicasAreInSync);
    Await.until("preferred leaders lead " + when, HEALTHY_MAX, this::preferredLead);
    Await.until("all sequencers own something " + when, HEALTHY_MAX, this::sequencersOwn);
  }

  void awaitReplicas(String when) {
    Await.until("all replicas are in sync " + when, HEALTHY_MAX, this::replicasAreInSync);
  }

  /** Id of the broker that leads this partition of the log. */
  int leader(int partition) throws Exception {
    return admin
        .describeTopics(Set.of(SequencerNode.LOG.log()))
        .allTopicNames()
        .get()
        .get(SequencerNode.LOG.log())
        .partitions()
        .get(partition)
        .leader()
        .id();
  }

  /** Id of the broker that is the active controller. */
  int controller() throws Exception {
    return admin.describeMetadataQuorum().quorumInfo().get().leaderId();
  }

  /** Name of the sequencer that owns this partition. */
  String owner(int partition) {
    String endpoint = endpoints.endpoint(partition).orElseThrow();
    return endpoint.substring(0, endpoint.indexOf(':'));
  }

  /** Waits until the group of the sequencers has given one of them up. */
  void awaitOneOwnerLess() {
    Await.until(
        "the group has given a sequencer up",
        HEALTHY_MAX,
        () -> owners().members().size() < Cluster.SEQUENCERS);
  }

  private boolean replicasAreInSync() throws Exception {
    for (TopicDescription topic : topics()) {
      for (TopicPartitionInfo partition : topic.partitions()) {
        if (partition.leader() == null
            || partition.leader().isEmpty()
            || partition.isr().size() < partition.replicas().size()) {
          return false;
        }
      }
    }
    return true;
  }

  private boolean preferredLead() throws Exception {
    Set<TopicPartition> others = new HashSet<>();
    for (TopicDescription topic : topics()) {
      for (TopicPartitionInfo partition : topic.partitions()) {
        if (partition.leader().id() != partition.replicas().getFirst().id()) {
          others.add(new TopicPartition(topic.name(), partition.partition()));
        }
      }
    }
    if (!others.isEmpty()) {
      admin.electLeaders(ElectionType.PREFERRED, others).all().get();
    }
    return others.isEmpty();
  }

  private Collection<TopicDescription> topics() throws ExecutionException, InterruptedException {
    return admin.describeTopics(admin.listTopics().names().get()).allTopicNames().get().values();
  }

  private boolean sequencersOwn() throws Exception {
    ConsumerGroupDescription group = owners();
    return group.groupState() == GroupState.STABLE
        && group.members().size() == Cluster.SEQUENCERS
        && group.members().stream()
            .noneMatch(member -> member.assignment().topicPartitions().isEmpty());
  }

  private ConsumerGroupDescription owners() throws ExecutionException, InterruptedException {
    String id = SequencerNode.LOG.ownersGroup();
    return admin.describeConsumerGroups(Set.of(id)).all().get().get(id);
  }

  @Override
  public void close() {
    endpoints.close();
    admin.close(Duration.ofSeconds(1));
  }
}
