package io.lockstep.chainlog.kafka;

import com.google.protobuf.UnsafeByteOperations;
import io.lockstep.chainlog.LogEntry;
import io.lockstep.chainlog.LogFormat;
import io.lockstep.chainlog.Partitions;
import io.lockstep.chainlog.kafka.PendingAnswers.Pending;
import io.lockstep.log.v1.SubmissionRecord;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
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

  /** A partition that is too slow is not tried again sooner; asking earlier is of no use. */
  public static final Duration PROBE_PAUSE = Duration.ofMillis(500);

  private static final Duration START_MAX = Duration.ofSeconds(30);
  private static final Duration CLOSE_MAX = Duration.ofSeconds(2);

  private final LogFormat<C, E> format;
  private final ChainedReader<E> reader;
  private final LogClientLimits limits;
  private final String topic;
  private final KafkaProducer<byte[], byte[]> producer;
  private final List<PendingAnswers<E>> partitions = new ArrayList<>();
  private final Semaphore room;
  private final Semaphore roomBytes;
  private final LongAdder submitted = new LongAdder();
  private final LongAdder answered = new LongAdder();
  private final LongAdder refusedSlow = new LongAdder();
  private final LongAdder refusedFull = new LongAdder();
  private final LongAdder unknown = new LongAdder();
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
      partitions.add(
          new PendingAnswers<>(new Circuit(limits.slowAfter(), PROBE_PAUSE), System::nanoTime));
    }
    this.room = new Semaphore(limits.pendingMax());
    this.roomBytes = new Semaphore(limits.bufferBytes());
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
   * The future fails with {@link SubmissionUnknown} within the answer timeout, or with {@link
   * LogUnavailable}: at once while the partition is slow ({@link LogClientLimits#slowAfter}) or too
   * much is on its way. Cancelling it does not take the submission back. It is completed on the
   * reader's thread, so do not block in what depends on it.
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
    byte[] value = record.toByteArray();
    if (!room.tryAcquire()) {
      return full(limits.pendingMax() + " submissions are waiting for their answers");
    }
    if (!roomBytes.tryAcquire(value.length)) {
      room.release();
      return full("Kafka has not taken the submissions before yet");
    }
    PendingAnswers<E> answers = partitions.get(partition);
    Optional<Pending<E>> admitted = answers.begin();
    if (admitted.isEmpty()) {
      roomBytes.release(value.length);
      room.release();
      refusedSlow.increment();
      return CompletableFuture.failedFuture(
          new LogUnavailable("partition " + partition + " does not answer in time", null));
    }
    Pending<E> pending = admitted.get();
    ScheduledFuture<?> timeout = timeout(answers, pending, value.length);
    var _ =
        pending.answer.whenComplete(
            (entry, failure) -> {
              room.release();
              timeout.cancel(false);
              answers.giveUp(pending);
              count(failure);
            });
    send(new ProducerRecord<>(topic, partition, utf8(key), value), answers, pending);
    return pending.answer;
  }

  private CompletableFuture<LogEntry<E>> full(String why) {
    refusedFull.increment();
    return CompletableFuture.failedFuture(new LogUnavailable(why, null));
  }

  private void count(Throwable failure) {
    switch (failure) {
      case null -> answered.increment();
      case LogUnavailable slow when slow.getCause() instanceof TimeoutException ->
          refusedSlow.increment();
      case LogUnavailable refused -> {}
      case Throwable other -> unknown.increment();
    }
  }

  private static byte[] utf8(String key) {
    return key.getBytes(StandardCharsets.UTF_8);
  }

  private ScheduledFuture<?> timeout(PendingAnswers<E> answers, Pending<E> pending, int bytes) {
    boolean briefly = pending.isProbe() && limits.slowAfter().compareTo(limits.answerTimeout()) < 0;
    Duration max = briefly ? limits.slowAfter() : limits.answerTimeout();
    try {
      return timer.schedule(
          () ->
              pending.answer.completeExceptionally(
                  new SubmissionUnknown("no answer within " + max, null)),
          max.toMillis(),
          TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      answers.notSent(pending, false);
      roomBytes.release(bytes);
      room.release();
      throw new IllegalStateException("the log client is closed", e);
    }
  }

  private void send(
      ProducerRecord<byte[], byte[]> record, PendingAnswers<E> answers, Pending<E> pending) {
    int bytes = record.value().length;
    Thread caller = Thread.currentThread();
    try {
      var _ =
          producer.send(
              record,
              (metadata, failure) -> {
                roomBytes.release(bytes);
                if (failure == null) {
                  submitted.increment();
                  answers.sent(pending, metadata.offset());
                } else {
                  answers.notSent(pending, failure instanceof TimeoutException);
                  pending.answer.completeExceptionally(refused(failure, caller));
                }
              });
    } catch (KafkaException | IllegalStateException e) {
      roomBytes.release(bytes);
      answers.notSent(pending, false);
      pending.answer.completeExceptionally(new LogUnavailable("the submission was not taken", e));
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

  /** What was done so far, and what is on its way. */
  public LogClientCounts counts() {
    return new LogClientCounts(
        submitted.sum(),
        answered.sum(),
        refusedSlow.sum(),
        refusedFull.sum(),
        unknown.sum(),
        limits.pendingMax() - room.availablePermits(),
        limits.bufferBytes() - roomBytes.availablePermits(),
        Math.toIntExact(partitions.stream().filter(PendingAnswers::isSlow).count()));
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
