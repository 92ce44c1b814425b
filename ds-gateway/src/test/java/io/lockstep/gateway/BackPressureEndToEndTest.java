package io.lockstep.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.lockstep.api.ErrorContract;
import io.lockstep.api.v1.DeliveryGrpc;
import io.lockstep.api.v1.Reason;
import io.lockstep.api.v1.SubmitRequest;
import io.lockstep.api.v1.SubmitResponse;
import io.lockstep.chainlog.kafka.EmbeddedBroker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a client is told while Kafka or the sequencers are away, and when they are back. */
class BackPressureEndToEndTest {
  private static final ByteString GROUP = ByteString.copyFromUtf8("pressed");

  /** What a client waits by default. */
  private static final Duration CLIENT_WAITS = Duration.ofSeconds(10);

  /** With room for a machine that has much to do. */
  private static final Duration AT_ONCE = Duration.ofSeconds(2);

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir Path dir;
  private GatewayWorld world;
  private DeliveryGrpc.DeliveryBlockingStub client;

  @BeforeEach
  void start() throws Exception {
    world = new GatewayWorld(dir, GatewayLimits.DEFAULT);
    client = world.client();
    assertTrue(client.submit(world.create(GROUP)).hasSequenced());
    assertTrue(client.submit(world.message(GROUP, 0, "before")).hasSequenced());
  }

  @AfterEach
  void everyStatusIsOfTheTable() {
    world.close();
    assertEquals(List.of(), List.copyOf(world.strangeStatuses));
  }

  @Test
  void withoutKafkaAClientIsToldSoAndTheSameIdsAreTakenWhenItIsBack() throws Exception {
    world.endBroker();
    List<SubmitRequest> tried = duringTheOutage();
    try (EmbeddedBroker _ = EmbeddedBroker.start(dir.resolve("kafka"))) {
      afterTheOutage(tried);
      world.close();
    }
  }

  @Test
  void withoutSequencersAClientIsToldSoAndTheSameIdsAreTakenWhenTheyAreBack() throws Exception {
    world.owner.close();
    List<SubmitRequest> tried = duringTheOutage();
    world.anotherOwner();
    afterTheOutage(tried);
  }

  /** One after the other until three were refused; returns all. */
  private List<SubmitRequest> duringTheOutage() {
    List<SubmitRequest> tried = new ArrayList<>();
    Map<Reason, Integer> reasons = new EnumMap<>(Reason.class);
    for (int i = 0; reasons.getOrDefault(Reason.SERVICE_UNAVAILABLE, 0) < 3; i++) {
      assertTrue(i < 20, reasons::toString);
      SubmitRequest request = world.message(GROUP, 0, "message " + i);
      tried.add(request);
      long begun = System.nanoTime();
      try {
        throw new AssertionError("answered: " + client.submit(request));
      } catch (StatusRuntimeException refused) {
        Duration took = Duration.ofNanos(System.nanoTime() - begun);
        assertTrue(took.compareTo(CLIENT_WAITS) < 0, "told only after " + took);
        Reason reason = ErrorContract.reason(refused).orElseThrow();
        reasons.merge(reason, 1, Integer::sum);
        Status.Code code = refused.getStatus().getCode();
        if (reason == Reason.OUTCOME_UNKNOWN) {
          assertEquals(Status.Code.DEADLINE_EXCEEDED, code);
        } else {
          assertEquals(Reason.SERVICE_UNAVAILABLE, reason);
          assertEquals(Status.Code.UNAVAILABLE, code);
          assertTrue(took.compareTo(AT_ONCE) < 0, "refused only after " + took);
        }
      }
    }
    System.out.println(reasons);
    return tried;
  }

  private void afterTheOutage(List<SubmitRequest> tried) throws Exception {
    long begun = System.nanoTime();
    List<Long> sequences = new ArrayList<>();
    for (SubmitRequest request : tried) {
      sequences.add(untilAnswered(request).getSequenced().getSequence());
    }
    System.out.println(
        "answered after " + (System.nanoTime() - begun) / 1_000_000 + " ms: " + sequences);
    assertEquals(sequences.size(), sequences.stream().distinct().count(), "each has its own place");
    for (int i = 0; i < tried.size(); i++) {
      assertEquals(
          sequences.get(i), untilAnswered(tried.get(i)).getSequenced().getSequence(), "again");
    }
  }

  private SubmitResponse untilAnswered(SubmitRequest request) throws Exception {
    long until = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      try {
        SubmitResponse response = client.submit(request);
        assertTrue(response.hasSequenced(), response::toString);
        return response;
      } catch (StatusRuntimeException again) {
        assertTrue(System.nanoTime() - until < 0, again::toString);
        // Asking at once would be refused for its rate sooner or later.
        TimeUnit.MILLISECONDS.sleep(
            Long.parseLong(ErrorContract.metadata(again).getOrDefault("retry_after_ms", "100")));
      }
    }
  }
}
