package io.lockstep.chainlog.kafka;

import com.google.protobuf.UnsafeByteOperations;
import io.lockstep.chainlog.LogEntry;
import io.lockstep.chainlog.LogFormat;
import io.lockstep.chainlog.Partitions;
import io.lockstep.log.v1.SubmissionRecord;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;

/**
 * Submits commands and waits for their answers: an answer is the entry as it was read back from the
 * log, so it is durable. Does not block its callers beyond {@link #BLOCK_MILLIS_MAX}.
 */
public final class LogClient<C, E> implements AutoCloseable {
  /** Longest wait of a caller for room in the buffer or for Kafka's metadata. */
  public static final int BLOCK_MILLIS_MAX = 200;

  private static final Duration START_MAX = Duration.ofSeconds(30);
  private static final Duration CLOSE_MAX = Duration.ofSeconds(2);

  private final LogFormat<C, E> format;
  private final ChainedReader<E> reader;
  private final LogClientLimits limits;
  private final String topic;
  private final KafkaProducer<byte[], byte[]> producer;
  private final List<PendingAnswers<E>> partitions = new ArrayList<>();
  private final Semaphore room;
  private final ScheduledThreadPoolExecutor timer;
  private final EntryListener<E> listener = this::onEntry;

  private LogClient(
      KafkaConnection kafka,
      LogFormat<C, E> format,
      ChainedReader<E> reader,
      LogClientLimits limits) {
    this.format = format;
    this.reader = reader;
    this.limits = limits;
    this.topic = reader.log().submissions();
    Map<String, Object> settings = new HashMap<>();
    int timeout = Math.toIntExact(limits.answerTimeout().toMillis());
    settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, BLOCK_MILLIS_MAX);
    settings.put(ProducerConfig.BUFFER_MEMORY_CONFIG, (long) limits.bufferBytes());
    settings.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, Math.max(1, timeout / 2));
    settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, timeout);
    this.producer = Clients.producer(kafka, settings);
    for (int p = 0; p < reader.partitions(); p++) {
      partitions.add(new PendingAnswers<>());
    }
    this.room = new Semaphore(limits.pendingMax());
    this.timer =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().name("answers-" + reader.log()).daemon().factory());
    this.timer.setRemoveOnCancelPolicy(true);
  }

  /** With the standard limits. */
  public static <C, E> LogClient<C, E> start(
      KafkaConnection kafka, LogFormat<C, E> format, ChainedReader<E> reader) {
    return start(kafka, format, reader, LogClientLimits.standard());
  }

  /**
   * The reader stays the caller's. It is made to follow all partitions, which this waits for, and
   * must go on to do so.
   */
  public static <C, E> LogClient<C, E> start(
      KafkaConnection kafka,
      LogFormat<C, E> format,
      ChainedReader<E> reader,
      LogClientLimits limits) {
    var _ = reader.followAll().orTimeout(START_MAX.toMillis(), TimeUnit.MILLISECONDS).join();
    LogClient<C, E> client = new LogClient<>(kafka, format, reader, limits);
    reader.addListener(client.listener);
    client.warmUp();
    return client;
  }

  /** Metadata is fetched before the first submission needs it. */
  private void warmUp() {
    try {
      var _ = producer.partitionsFor(topic);
    } catch (TimeoutException slow) {
      // The first submissions find out.
    }
  }

  /**
   * Submits a command; those of one caller for one partition are decided in the order of its calls.
   * The future fails with {@link SubmissionUnknown} or {@link LogUnavailable}; cancelling it does
   * not take the submission back. It is completed on the reader's thread, so do not block in what
   * depends on it.
   */
  public CompletableFuture<LogEntry<E>> submit(C command) {
    String key = format.commandKey().apply(command);
    byte[] bytes = format.commands().encode(command);
    SubmissionRecord record =
        SubmissionRecord.newBuilder().setCommand(UnsafeByteOperations.unsafeWrap(bytes)).build();
    return submit(Partitions.of(key, partitions.size()), key, record);
  }

  /**
   * Asks the owners of a partition to decide by another version of the fold from here on. Completes
   * with the submission's offset when it is written.
   */
  public CompletableFuture<Long> switchVersion(int partition, int foldVersion) {
    CompletableFuture<Long> written = new CompletableFuture<>();
    Thread caller = Thread.currentThread();
    SubmissionRecord record = SubmissionRecord.newBuilder().setFoldVersion(foldVersion).build();
    var _ =
        producer.send(
            new ProducerRecord<>(topic, partition, new byte[0], record.toByteArray()),
            (metadata, failure) -> {
              if (failure == null) {
                written.complete(metadata.offset());
              } else {
                written.completeExceptionally(refused(failure, caller));
              }
            });
    return written;
  }

  private CompletableFuture<LogEntry<E>> submit(
      int partition, String key, SubmissionRecord record) {
    CompletableFuture<LogEntry<E>> answer = new CompletableFuture<>();
    if (!room.tryAcquire()) {
      answer.completeExceptionally(
          new LogUnavailable(
              limits.pendingMax() + " submissions are waiting for their answers", null));
      return answer;
    }
    AtomicLong source = new AtomicLong(-1);
    ScheduledFuture<?> timeout = timeout(partition, answer, source);
    var _ =
        answer.whenComplete(
            (entry, failure) -> {
              room.release();
              timeout.cancel(false);
            });
    send(partition, key, record, answer, source);
    return answer;
  }

  private ScheduledFuture<?> timeout(
      int partition, CompletableFuture<LogEntry<E>> answer, AtomicLong source) {
    try {
      return timer.schedule(
          () -> {
            answer.completeExceptionally(
                new SubmissionUnknown("no answer within " + limits.answerTimeout(), null));
            partitions.get(partition).giveUp(source.get());
          },
          limits.answerTimeout().toMillis(),
          TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      room.release();
      throw new IllegalStateException("the log client is closed", e);
    }
  }

  private void send(
      int partition,
      String key,
      SubmissionRecord record,
      CompletableFuture<LogEntry<E>> answer,
      AtomicLong source) {
    PendingAnswers<E> pending = partitions.get(partition);
    pending.sending();
    byte[] keyBytes = key.getBytes(StandardCharsets.UTF_8);
    Thread caller = Thread.currentThread();
    try {
      var _ =
          producer.send(
              new ProducerRecord<>(topic, partition, keyBytes, record.toByteArray()),
              (metadata, failure) -> {
                if (failure == null) {
                  source.set(metadata.offset());
                  pending.sent(metadata.offset(), answer);
                } else {
                  pending.notSent();
                  answer.completeExceptionally(refused(failure, caller));
                }
                if (answer.isDone()) {
                  pending.giveUp(source.get());
                }
              });
    } catch (KafkaException | IllegalStateException e) {
      pending.notSent();
      answer.completeExceptionally(new LogUnavailable("the submission was not taken", e));
    }
  }

  /**
   * What never left this process has had no effect; of the rest nobody can be sure. Kafka's
   * producer calls back on the caller's thread when it refuses a record at once.
   */
  private static Exception refused(Exception failure, Thread caller) {
    boolean notWritten =
        Thread.currentThread().equals(caller) || failure instanceof RecordTooLargeException;
    return notWritten
        ? new LogUnavailable("the submission was not taken: " + failure.getMessage(), failure)
        : new SubmissionUnknown(
            "the submission may not have been written: " + failure.getMessage(), failure);
  }

  private void onEntry(LogEntry<E> entry) {
    partitions.get(entry.partition()).entry(entry);
  }

  /** Submissions without an answer fail with {@link SubmissionUnknown}. */
  @Override
  public void close() {
    reader.removeListener(listener);
    producer.close(CLOSE_MAX);
    timer.getQueue().forEach(this::runNow);
    timer.shutdownNow();
  }

  private void runNow(Runnable timeout) {
    if (timer.remove(timeout)) {
      timeout.run();
    }
  }
}
