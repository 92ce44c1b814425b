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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a client is told while Kafka or the sequencers are away, and when they are back. */
class BackPressureEndToEndTest {
  private static final ByteString GROUP = ByteString.copyFromUtf8("pressed");

  /** What a client waits by default. */
  private static final Duration CLIENT_WAITS = Duration.ofSeconds(10);

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
    world.broker.close();
    List<SubmitRequest> inDoubt = duringTheOutage();
    try (EmbeddedBroker _ = EmbeddedBroker.start(dir.resolve("kafka"))) {
      afterTheOutage(inDoubt);
      world.close();
    }
  }

  @Test
  void withoutSequencersAClientIsToldSoAndTheSameIdsAreTakenWhenTheyAreBack() throws Exception {
    world.owner.close();
    List<SubmitRequest> inDoubt = duringTheOutage();
    world.anotherOwner();
    afterTheOutage(inDoubt);
  }

  /** One after the other until three were refused; returns those whose outcome is unknown. */
  private List<SubmitRequest> duringTheOutage() {
    List<SubmitRequest> inDoubt = new ArrayList<>();
    Map<Reason, Integer> reasons = new EnumMap<>(Reason.class);
    for (int i = 0; reasons.getOrDefault(Reason.SERVICE_UNAVAILABLE, 0) < 3; i++) {
      assertTrue(i < 20, reasons::toString);
      SubmitRequest request = world.message(GROUP, 0, "message " + i);
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
          inDoubt.add(request);
        } else {
          assertEquals(Reason.SERVICE_UNAVAILABLE, reason);
          assertEquals(Status.Code.UNAVAILABLE, code);
        }
      }
    }
    System.out.println(reasons);
    assertTrue(!inDoubt.isEmpty(), "the first one was sent, and nobody can know what became of it");
    return inDoubt;
  }

  private void afterTheOutage(List<SubmitRequest> inDoubt) throws Exception {
    long begun = System.nanoTime();
    List<Long> sequences = new ArrayList<>();
    for (SubmitRequest request : inDoubt) {
      sequences.add(untilAnswered(request).getSequenced().getSequence());
    }
    System.out.println(
        "answered after " + (System.nanoTime() - begun) / 1_000_000 + " ms: " + sequences);
    assertEquals(sequences.size(), sequences.stream().distinct().count(), "each has its own place");
    for (int i = 0; i < inDoubt.size(); i++) {
      assertEquals(
          sequences.get(i), client.submit(inDoubt.get(i)).getSequenced().getSequence(), "again");
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
      }
    }
  }
}
