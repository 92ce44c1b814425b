package io.lockstep.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.grpc.StatusRuntimeException;
import io.lockstep.api.ErrorContract;
import io.lockstep.api.v1.DeliveryGrpc;
import io.lockstep.api.v1.Reason;
import io.lockstep.api.v1.SubmitRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;

/**
 * Clients that submit one message after the other, each with a connection of its own. All but one
 * do as they are told: they wait and submit the same id again until it is acknowledged. That one
 * submits something else at once.
 */
final class OutageClients implements AutoCloseable {
  private final GatewayWorld world;
  private final List<Thread> threads = new ArrayList<>();
  private final Queue<Attempt> attempts = new ConcurrentLinkedQueue<>();
  private final Map<ByteString, Long> acknowledged = new ConcurrentHashMap<>();
  private final Set<ByteString> refused = ConcurrentHashMap.newKeySet();
  private final Map<Integer, Long> newestAnswer = new ConcurrentHashMap<>();
  private volatile boolean stopping;

  /**
   * One call: when, and what the client was told. Without a reason: acknowledged.
   *
   * @param strange what is not as the error contract has it
   */
  private record Attempt(
      long begun, long ended, Optional<Reason> reason, Optional<String> strange) {}

  /**
   * What clients were told in calls that ended without Kafka.
   *
   * @param reasons how often
   * @param slowest the longest that a client waited for each of them
   * @param acknowledged of the calls that began without Kafka as well
   */
  record Told(
      Map<Reason, Integer> reasons,
      Map<Reason, Duration> slowest,
      List<String> strange,
      int acknowledged) {
    void check(Duration max) {
      assertEquals(List.of(), strange);
      assertEquals(0, acknowledged, "acknowledged without Kafka");
      assertTrue(reasons.getOrDefault(Reason.SERVICE_UNAVAILABLE, 0) > 0, this::toString);
      slowest.values().forEach(took -> assertTrue(took.compareTo(max) < 0, this::toString));
    }
  }

  OutageClients(GatewayWorld world, List<ByteString> groups, int perGroup, int impatient)
      throws Exception {
    this.world = world;
    for (int i = 0; i < groups.size() * perGroup; i++) {
      int client = i;
      ByteString group = groups.get(i % groups.size());
      DeliveryGrpc.DeliveryBlockingStub stub = world.client();
      threads.add(Thread.ofVirtual().start(() -> run(client, stub, group, client != impatient)));
    }
  }

  private void run(
      int client, DeliveryGrpc.DeliveryBlockingStub stub, ByteString group, boolean patient) {
    while (!stopping) {
      SubmitRequest request = world.message(group, 0, "message");
      boolean again = true;
      for (boolean unknown = false; again && !stopping; ) {
        Optional<StatusRuntimeException> failure = submit(client, stub, request);
        unknown |= failure.filter(e -> reason(e) != Reason.SERVICE_UNAVAILABLE).isPresent();
        again = failure.isPresent() && patient;
        if (again && !pause(failure.get())) {
          return;
        }
        if (failure.isPresent() && !again && !unknown) {
          refused.add(request.getSubmissionId());
        }
      }
    }
  }

  private Optional<StatusRuntimeException> submit(
      int client, DeliveryGrpc.DeliveryBlockingStub stub, SubmitRequest request) {
    long begun = System.nanoTime();
    Optional<StatusRuntimeException> failure = Optional.empty();
    try {
      long sequence = stub.submit(request).getSequenced().getSequence();
      acknowledged.put(request.getSubmissionId(), sequence);
      newestAnswer.put(client, begun);
    } catch (StatusRuntimeException e) {
      failure = Optional.of(e);
    }
    attempts.add(
        new Attempt(
            begun,
            System.nanoTime(),
            failure.map(OutageClients::reason),
            failure.flatMap(OutageClients::strange)));
    return failure;
  }

  private static Reason reason(StatusRuntimeException told) {
    return ErrorContract.reason(told).orElse(Reason.REASON_UNSPECIFIED);
  }

  private static Optional<String> strange(StatusRuntimeException told) {
    boolean isAsItShouldBe =
        switch (told.getStatus().getCode()) {
          case UNAVAILABLE ->
              reason(told) == Reason.SERVICE_UNAVAILABLE
                  && retryAfterMillis(told).filter(ms -> ms > 0).isPresent();
          case DEADLINE_EXCEEDED -> reason(told) == Reason.OUTCOME_UNKNOWN;
          default -> false;
        };
    return isAsItShouldBe ? Optional.empty() : Optional.of(told + " " + reason(told));
  }

  private static boolean pause(StatusRuntimeException told) {
    try {
      TimeUnit.MILLISECONDS.sleep(retryAfterMillis(told).orElse(100L));
      return true;
    } catch (InterruptedException e) {
      return false;
    }
  }

  private static Optional<Long> retryAfterMillis(StatusRuntimeException told) {
    return Optional.ofNullable(ErrorContract.metadata(told).get("retry_after_ms"))
        .map(Long::valueOf);
  }

  /**
   * Until each client has an answer to a call that begins from now on; returns how long it took.
   */
  Duration awaitAcknowledged(Duration max) throws InterruptedException {
    long begun = System.nanoTime();
    while (newestAnswer.values().stream().filter(at -> at - begun > 0).count() < threads.size()) {
      assertTrue(System.nanoTime() - begun < max.toNanos(), "not all clients are answered");
      TimeUnit.MILLISECONDS.sleep(5);
    }
    return Duration.ofNanos(System.nanoTime() - begun);
  }

  /** What was told between the two times. */
  Told told(long from, long to) {
    Map<Reason, Integer> reasons = new EnumMap<>(Reason.class);
    Map<Reason, Duration> slowest = new EnumMap<>(Reason.class);
    List<String> strange = new ArrayList<>();
    int answered = 0;
    for (Attempt attempt : attempts) {
      if (attempt.ended - from < 0 || attempt.ended - to > 0) {
        continue;
      }
      attempt.strange.ifPresent(strange::add);
      if (attempt.reason.isEmpty()) {
        answered += attempt.begun - from > 0 ? 1 : 0;
        continue;
      }
      reasons.merge(attempt.reason.get(), 1, Integer::sum);
      slowest.merge(
          attempt.reason.get(),
          Duration.ofNanos(attempt.ended - attempt.begun),
          (a, b) -> a.compareTo(b) > 0 ? a : b);
    }
    return new Told(reasons, slowest, strange, answered);
  }

  /** Sequence numbers by submission id. */
  Map<ByteString, Long> acknowledged() {
    return acknowledged;
  }

  /** Ids of which nothing but refusals were told: they have had no effect. */
  Set<ByteString> refused() {
    return refused;
  }

  /** Returns when no client waits for anything. */
  void stop() throws InterruptedException {
    stopping = true;
    for (Thread thread : threads) {
      thread.join();
    }
  }

  @Override
  public void close() {
    stopping = true;
    threads.forEach(Thread::interrupt);
  }
}
