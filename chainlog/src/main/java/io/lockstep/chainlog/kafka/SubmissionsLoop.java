package io.lockstep.chainlog.kafka;

import io.lockstep.chainlog.LogName;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One thread that reads the submissions of the partitions that the consumer group gives to this
 * process. The group only spreads the partitions; where to read is known from the log, and nothing
 * is committed.
 */
final class SubmissionsLoop implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SubmissionsLoop.class);
  private static final Duration POLL = Duration.ofMillis(100);
  private static final Duration POLL_WHILE_FULL = Duration.ofMillis(5);
  private static final Duration CLOSE_MAX = Duration.ofSeconds(5);
  private static final long FAILURE_PAUSE_MILLIS = 200;

  private final String topic;
  private final KafkaConsumer<byte[], byte[]> consumer;
  private final Handler handler;
  private final LinkedBlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();
  private final Set<TopicPartition> full = new HashSet<>();
  private final Thread thread;
  private volatile boolean stopping;

  /** Called on the loop's thread only. */
  interface Handler {
    /**
     * The partition is this process' from now on. Its submissions are not read before {@link
     * #begin}.
     */
    void onAssigned(int partition);

    void onRevoked(int partition);

    /** Returns true when no more should be read until {@link #isFull} says otherwise. */
    boolean onSubmissions(int partition, List<ConsumerRecord<byte[], byte[]>> records);

    boolean isFull(int partition);
  }

  SubmissionsLoop(
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
    group.put(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, session / 4);
    group.put(
        ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG,
        CooperativeStickyAssignor.class.getName());
    this.consumer = Clients.consumer(kafka, group);
    this.thread = Thread.ofPlatform().name("submissions-" + log).daemon().unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  /** Reads a partition's submissions from where its owner says, soon. */
  void begin(PartitionOwner<?, ?, ?> owner) {
    tasks.add(
        () -> {
          TopicPartition partition = new TopicPartition(topic, owner.partition());
          if (consumer.assignment().contains(partition)) {
            consumer.seek(partition, owner.beginSubmissions());
            full.remove(partition);
            consumer.resume(List.of(partition));
          }
        });
    consumer.wakeup();
  }

  private void run() {
    consumer.subscribe(List.of(topic), new Assignment());
    while (!stopping) {
      try {
        runTasks();
        resumeFull();
        poll();
      } catch (WakeupException task) {
        // There is a task to run, or the end has come.
      } catch (RuntimeException e) {
        LOG.error("reading {} failed, it goes on", topic, e);
        pause();
      }
    }
  }

  private void runTasks() {
    List<Runnable> now = new ArrayList<>();
    tasks.drainTo(now);
    now.forEach(Runnable::run);
  }

  private void poll() {
    ConsumerRecords<byte[], byte[]> records =
        consumer.poll(full.isEmpty() ? POLL : POLL_WHILE_FULL);
    for (TopicPartition partition : records.partitions()) {
      if (handler.onSubmissions(partition.partition(), records.records(partition))) {
        full.add(partition);
        consumer.pause(List.of(partition));
      }
    }
  }

  private void resumeFull() {
    List<TopicPartition> again = full.stream().filter(p -> !handler.isFull(p.partition())).toList();
    full.removeAll(again);
    consumer.resume(again.stream().filter(consumer.assignment()::contains).toList());
  }

  private void pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(FAILURE_PAUSE_MILLIS);
    } catch (InterruptedException e) {
      stopping = true;
    }
  }

  /** Reads no more; the partitions stay this process' until {@link #close}. */
  void stop() {
    stopping = true;
    consumer.wakeup();
    try {
      thread.join(CLOSE_MAX);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Leaves the group, so that another process may take over at once. */
  @Override
  public void close() {
    stop();
    try {
      consumer.close(
          CloseOptions.timeout(CLOSE_MAX)
              .withGroupMembershipOperation(CloseOptions.GroupMembershipOperation.LEAVE_GROUP));
    } catch (RuntimeException e) {
      LOG.warn("leaving the group of {}: {}", topic, e.toString());
    }
  }

  private final class Assignment implements ConsumerRebalanceListener {
    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
      consumer.pause(partitions);
      for (TopicPartition partition : partitions) {
        // Any position, so that none is looked up: the owner seeks before the first record is read.
        consumer.seek(partition, 0);
        handler.onAssigned(partition.partition());
      }
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
      full.removeAll(partitions);
      partitions.forEach(p -> handler.onRevoked(p.partition()));
    }
  }
}
