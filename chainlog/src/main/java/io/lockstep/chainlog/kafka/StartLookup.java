package io.lockstep.chainlog.kafka;

import io.lockstep.chainlog.ChainPosition;
import io.lockstep.chainlog.LogName;
import io.lockstep.log.v1.Watermark;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;

/**
 * Finds where to begin in a partition. One thread with one consumer answers all requests that have
 * come up together.
 */
final class StartLookup implements AutoCloseable {
  private final KafkaConnection kafka;
  private final LogName log;
  private final Offsets offsets;
  private final int partitions;
  private final LinkedBlockingQueue<Request> requests = new LinkedBlockingQueue<>();
  private final Thread thread;

  private record Request(int partition, StartAt at, CompletableFuture<ChainPosition> answer) {}

  StartLookup(KafkaConnection kafka, LogName log) {
    this.kafka = kafka;
    this.log = log;
    this.offsets = new Offsets(kafka);
    this.partitions = offsets.partitions(log.log());
    this.thread = Thread.ofVirtual().name("start-lookup-" + log).start(this::run);
  }

  int partitions() {
    return partitions;
  }

  CompletableFuture<ChainPosition> find(int partition, StartAt at) {
    CompletableFuture<ChainPosition> answer = new CompletableFuture<>();
    if (partition < 0 || partition >= partitions) {
      answer.completeExceptionally(
          new IllegalArgumentException("no partition " + partition + " in " + log));
    } else {
      requests.add(new Request(partition, at, answer));
    }
    return answer;
  }

  private void run() {
    try (KafkaConsumer<byte[], byte[]> consumer = Clients.consumer(kafka, Map.of())) {
      while (true) {
        List<Request> batch = new ArrayList<>();
        batch.add(requests.take());
        requests.drainTo(batch);
        answer(consumer, batch);
      }
    } catch (InterruptedException e) {
      requests.forEach(
          r -> r.answer().completeExceptionally(new IllegalStateException("the reader is closed")));
    }
  }

  private void answer(KafkaConsumer<byte[], byte[]> consumer, List<Request> batch) {
    try {
      List<Integer> atWatermark =
          batch.stream()
              .filter(r -> r.at() instanceof StartAt.Watermark)
              .map(Request::partition)
              .distinct()
              .toList();
      Map<Integer, Watermark> watermarks =
          atWatermark.isEmpty()
              ? Map.of()
              : WatermarkRecords.newest(consumer, offsets, log, atWatermark, partitions);
      List<TopicPartition> all =
          batch.stream().map(r -> new TopicPartition(log.log(), r.partition())).distinct().toList();
      Map<TopicPartition, Offsets.Bounds> bounds = offsets.bounds(all).join();
      for (Request request : batch) {
        Offsets.Bounds there = bounds.get(new TopicPartition(log.log(), request.partition()));
        request.answer().complete(choose(request, there, watermarks));
      }
    } catch (RuntimeException e) {
      batch.forEach(r -> r.answer().completeExceptionally(e));
    }
  }

  private ChainPosition choose(
      Request request, Offsets.Bounds log, Map<Integer, Watermark> watermarks) {
    ChainPosition wanted =
        switch (request.at()) {
          case StartAt.Beginning beginning -> ChainPosition.START;
          case StartAt.Position given -> given.position();
          case StartAt.Watermark newest -> {
            Watermark watermark = watermarks.get(request.partition());
            yield watermark == null ? ChainPosition.START : WatermarkRecords.position(watermark);
          }
        };
    boolean inLog = wanted.logOffset() >= log.begin() && wanted.logOffset() < log.end();
    if (!inLog && log.begin() > 0) {
      throw new IllegalStateException(
          "partition "
              + request.partition()
              + " of "
              + this.log
              + " begins at offset "
              + log.begin()
              + " and there is no position in it to begin from");
    }
    return inLog ? wanted : ChainPosition.START;
  }

  @Override
  public void close() {
    thread.interrupt();
    try {
      thread.join(java.time.Duration.ofSeconds(2));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    offsets.close();
  }
}
