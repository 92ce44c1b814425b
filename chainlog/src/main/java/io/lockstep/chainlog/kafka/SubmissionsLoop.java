package io.lockstep.chainlog.kafka;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One thread that reads the submissions of the partitions that this process owns or stands by for.
 * Where to read is known from the log. A partition whose owner has enough is not fetched meanwhile.
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
  private final Set<TopicPartition> read = new HashSet<>();
  private final Set<TopicPartition> full = new HashSet<>();
  private final Thread thread;
  private volatile boolean stopping;

  /** Called on the loop's thread only. */
  interface Handler {
    /** Returns true when no more should be read until {@link #isFull} says otherwise. */
    boolean onSubmissions(int partition, List<ConsumerRecord<byte[], byte[]>> records);

    boolean isFull(int partition);
  }

  SubmissionsLoop(KafkaConnection kafka, String topic, String threadName, Handler handler) {
    this.topic = topic;
    this.handler = handler;
    this.consumer = Clients.consumer(kafka, Map.of());
    this.thread = Thread.ofPlatform().name(threadName).daemon().unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  /** Reads a partition's submissions from where its owner says, soon. */
  void begin(PartitionOwner<?, ?, ?> owner) {
    execute(
        () -> {
          TopicPartition partition = new TopicPartition(topic, owner.partition());
          if (read.add(partition)) {
            consumer.assign(read);
          }
          consumer.seek(partition, owner.beginSubmissions());
          full.remove(partition);
          consumer.resume(List.of(partition));
        });
  }

  void leave(int partition) {
    execute(
        () -> {
          TopicPartition left = new TopicPartition(topic, partition);
          if (read.remove(left)) {
            full.remove(left);
            consumer.assign(read);
          }
        });
  }

  private void execute(Runnable task) {
    tasks.add(task);
    consumer.wakeup();
  }

  private void run() {
    while (!stopping) {
      try {
        runTasks();
        if (!read.isEmpty()) {
          resumeFull();
          poll();
        }
      } catch (WakeupException task) {
        // There is a task to run, or the end has come.
      } catch (InterruptedException e) {
        stopping = true;
      } catch (RuntimeException e) {
        LOG.error("reading {} failed, it goes on", topic, e);
        pause();
      }
    }
  }

  private void runTasks() throws InterruptedException {
    List<Runnable> now = new ArrayList<>();
    if (read.isEmpty()) {
      Runnable first = tasks.poll(POLL.toMillis(), TimeUnit.MILLISECONDS);
      if (first != null) {
        now.add(first);
      }
    }
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
    consumer.resume(again);
  }

  private void pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(FAILURE_PAUSE_MILLIS);
    } catch (InterruptedException e) {
      stopping = true;
    }
  }

  @Override
  public void close() {
    stopping = true;
    consumer.wakeup();
    try {
      thread.join(CLOSE_MAX);
      consumer.close(CloseOptions.timeout(CLOSE_MAX));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
