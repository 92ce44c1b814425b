package io.lockstep.chainlog.kafka;

import io.lockstep.chainlog.LogName;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A process' place in the consumer group of a log's owners: says which partitions it owns and which
 * it stands by for, and commits how far the log has answered the submissions, so that Kafka's tools
 * show the lag. It reads nothing.
 */
final class Membership implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Membership.class);
  private static final Duration POLL = Duration.ofMillis(100);
  private static final Duration CLOSE_MAX = Duration.ofSeconds(5);
  private static final long COMMIT_EVERY_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long FAILURE_PAUSE_MILLIS = 200;

  /** Members hear of a rebalance with a heartbeat's answer, so this is how long a move takes. */
  private static final int HEARTBEAT_MILLIS_MAX = 500;

  private final String topic;
  private final KafkaConsumer<byte[], byte[]> consumer;
  private final Handler handler;
  private final Thread thread;
  private Map<Integer, Long> committed = Map.of();
  private long committedNanos = System.nanoTime();
  private final Set<Integer> refused = ConcurrentHashMap.newKeySet();
  private final AtomicBoolean refusing = new AtomicBoolean();
  private volatile Set<Integer> following = Set.of();
  private volatile boolean stopping;

  /** Called on the membership's thread only. */
  interface Handler {
    /** All that this process is to do from now on; nothing else. */
    void assigned(Share share);

    /** Submissions up to which the log has answered, as the next offset, of owned partitions. */
    Map<Integer, Long> answered();
  }

  Membership(
      KafkaConnection kafka,
      LogName log,
      Duration sessionTimeout,
      String instanceId,
      Handler handler) {
    this.topic = log.submissions();
    this.handler = handler;
    int session = Math.toIntExact(sessionTimeout.toMillis());
    Map<String, Object> group = new HashMap<>();
    group.put(ConsumerConfig.GROUP_ID_CONFIG, log.ownersGroup());
    // A process that comes back with its directory is known to the group, so nobody waits for its
    // former self to time out.
    group.put(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG, instanceId);
    group.put(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, session);
    group.put(
        ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, Math.min(session / 4, HEARTBEAT_MILLIS_MAX));
    group.put(ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG, StandbyAssignor.class.getName());
    group.put(StandbyAssignor.MEMBER_CONFIG, new Member());
    this.consumer = Clients.consumer(kafka, group);
    this.thread = Thread.ofPlatform().name("owners-" + log).daemon().unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  /** This process cannot go on with a partition, and asks the group to give it to another. */
  void refuse(int partition) {
    if (refused.add(partition)) {
      refusing.set(true);
    }
  }

  private void run() {
    consumer.subscribe(List.of(topic), new Paused());
    while (!stopping) {
      try {
        if (refusing.getAndSet(false)) {
          consumer.enforceRebalance("a partition is halted in this member");
        }
        consumer.poll(POLL);
        commit();
      } catch (WakeupException e) {
        // The end has come.
      } catch (RuntimeException e) {
        LOG.error("membership in the owners of {} failed, it goes on", topic, e);
        pause();
      }
    }
  }

  private void commit() {
    long now = System.nanoTime();
    if (now - committedNanos < COMMIT_EVERY_NANOS) {
      return;
    }
    committedNanos = now;
    Map<Integer, Long> answered = handler.answered();
    if (!answered.isEmpty() && !answered.equals(committed)) {
      Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
      answered.forEach(
          (p, offset) -> offsets.put(new TopicPartition(topic, p), new OffsetAndMetadata(offset)));
      // For people and their tools only, so a commit that fails is not missed.
      consumer.commitAsync(offsets, (_, _) -> {});
      committed = answered;
    }
  }

  private void pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(FAILURE_PAUSE_MILLIS);
    } catch (InterruptedException e) {
      stopping = true;
    }
  }

  /** Leaves the group, so that the standbys become owners at once. */
  @Override
  public void close() {
    stopping = true;
    consumer.wakeup();
    try {
      thread.join(CLOSE_MAX);
      consumer.close(
          CloseOptions.timeout(CLOSE_MAX)
              .withGroupMembershipOperation(CloseOptions.GroupMembershipOperation.LEAVE_GROUP));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      LOG.warn("leaving the owners of {}: {}", topic, e.toString());
    }
  }

  private final class Member implements StandbyAssignor.Member {
    @Override
    public String topic() {
      return topic;
    }

    @Override
    public Set<Integer> following() {
      return following;
    }

    @Override
    public Set<Integer> refused() {
      return Set.copyOf(refused);
    }

    @Override
    public void assigned(Share share) {
      following = new TreeSet<>(share.stands());
      handler.assigned(share);
    }
  }

  /** Submissions are read elsewhere, by owner and standby alike. */
  private final class Paused implements ConsumerRebalanceListener {
    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
      consumer.pause(partitions);
      // Any position, so that none is looked up.
      partitions.forEach(partition -> consumer.seek(partition, 0));
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
      // The share says it.
    }

    @Override
    public void onPartitionsLost(Collection<TopicPartition> partitions) {
      // What is ours is written on: the next share will say what is not.
    }
  }
}
