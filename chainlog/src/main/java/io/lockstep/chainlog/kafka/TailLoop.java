package io.lockstep.chainlog.kafka;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One thread that tails partitions of one topic; partitions come and go while it runs, and may be
 * paused.
 */
final class TailLoop implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(TailLoop.class);
  private static final Duration POLL = Duration.ofMillis(50);
  private static final Duration POLL_WHILE_PAUSED = Duration.ofMillis(5);
  private static final Duration CLOSE_MAX = Duration.ofSeconds(5);
  private static final long FAILURE_PAUSE_MILLIS = 100;

  /** With more at once the loop has enough to do. */
  private static final int REST_BELOW_RECORDS = 100;

  private final String topic;
  private final KafkaConsumer<byte[], byte[]> consumer;
  private final Handler handler;
  private final Duration rest;
  private final LinkedBlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();
  private final Set<Integer> tailed = new HashSet<>();
  private final Set<Integer> paused = new HashSet<>();
  private final Thread thread;
  private volatile boolean closing;

  /** Called on the loop's thread only. */
  interface Handler {
    /**
     * Records of one partition in order.
     *
     * @param next offset up to which everything was read
     */
    void onRecords(int partition, List<ConsumerRecord<byte[], byte[]>> records, long next);

    /**
     * The partition's position is not in the topic: records are gone, or the topic is another one.
     * The loop has left it.
     */
    void onOutOfRange(int partition);

    /** After every poll, at least every 50 ms. */
    void onTick();

    /** Whether the next records may wait for the loop's rest. */
    default boolean mayRest() {
      return true;
    }
  }

  TailLoop(KafkaConnection kafka, String topic, String threadName, Handler handler) {
    this(kafka, topic, threadName, handler, Duration.ZERO);
  }

  /**
   * @param rest for so long nothing is asked for after a poll that found a few records, so that
   *     those that come one by one are read together. For a reader whom nobody waits for: each time
   *     that it is woken takes processor time from those who are
   */
  TailLoop(KafkaConnection kafka, String topic, String threadName, Handler handler, Duration rest) {
    this.topic = topic;
    this.handler = handler;
    this.rest = rest;
    this.consumer = Clients.consumer(kafka, Map.of());
    this.thread = Thread.ofPlatform().name(threadName).daemon().unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  /** Runs on the loop's thread, soon. */
  void execute(Runnable task) {
    tasks.add(task);
    consumer.wakeup();
    LockSupport.unpark(thread);
  }

  /** On the loop's thread: begins or goes on at an offset, even if the partition was paused. */
  void tail(int partition, long offset) {
    if (tailed.add(partition)) {
      assign();
    }
    consumer.seek(new TopicPartition(topic, partition), offset);
    resume(partition);
  }

  /** On the loop's thread. */
  void leave(int partition) {
    paused.remove(partition);
    if (tailed.remove(partition)) {
      assign();
    }
  }

  /** On the loop's thread: no more records of this partition, whose place is kept. */
  void pause(int partition) {
    if (tailed.contains(partition) && paused.add(partition)) {
      consumer.pause(List.of(new TopicPartition(topic, partition)));
    }
  }

  /** On the loop's thread. */
  void resume(int partition) {
    if (paused.remove(partition)) {
      consumer.resume(List.of(new TopicPartition(topic, partition)));
    }
  }

  /** On the loop's thread. */
  Set<Integer> paused() {
    return Set.copyOf(paused);
  }

  private void assign() {
    consumer.assign(tailed.stream().map(p -> new TopicPartition(topic, p)).toList());
  }

  private void run() {
    while (!closing) {
      try {
        runTasks();
        if (!tailed.isEmpty()) {
          poll();
        }
        handler.onTick();
      } catch (WakeupException task) {
        // There is a task to run.
      } catch (OffsetOutOfRangeException e) {
        for (TopicPartition gone : e.partitions()) {
          leave(gone.partition());
          handler.onOutOfRange(gone.partition());
        }
      } catch (RetriableException e) {
        pause(e);
      } catch (RuntimeException e) {
        LOG.error("tailing {} failed, it goes on", topic, e);
        pause(e);
      }
    }
    runTasks();
    consumer.close(org.apache.kafka.clients.consumer.CloseOptions.timeout(CLOSE_MAX));
  }

  private void poll() {
    ConsumerRecords<byte[], byte[]> records =
        consumer.poll(paused.isEmpty() ? POLL : POLL_WHILE_PAUSED);
    for (TopicPartition partition : records.partitions()) {
      // A record handler may have left the partition in the meantime.
      if (tailed.contains(partition.partition())) {
        List<ConsumerRecord<byte[], byte[]>> batch = records.records(partition);
        handler.onRecords(partition.partition(), batch, batch.getLast().offset() + 1);
      }
    }
    if (!rest.isZero() && records.count() > 0 && records.count() < REST_BELOW_RECORDS) {
      rest();
    }
  }

  private void rest() {
    if (handler.mayRest() && tasks.isEmpty() && !closing) {
      LockSupport.parkNanos(rest.toNanos());
    }
  }

  private void runTasks() {
    Queue<Runnable> now = new ArrayDeque<>();
    if (tailed.isEmpty() && !closing) {
      awaitTask(now);
    }
    tasks.drainTo(now);
    now.forEach(Runnable::run);
  }

  private void awaitTask(Queue<Runnable> into) {
    try {
      Runnable task = tasks.poll(POLL.toMillis(), TimeUnit.MILLISECONDS);
      if (task != null) {
        into.add(task);
      }
    } catch (InterruptedException e) {
      closing = true;
    }
  }

  private void pause(RuntimeException why) {
    LOG.warn("tailing {}: {}", topic, why.toString());
    try {
      TimeUnit.MILLISECONDS.sleep(FAILURE_PAUSE_MILLIS);
    } catch (InterruptedException e) {
      closing = true;
    }
  }

  /** Runs the remaining tasks, then ends the thread. */
  @Override
  public void close() {
    closing = true;
    consumer.wakeup();
    try {
      thread.join(CLOSE_MAX.multipliedBy(2));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
