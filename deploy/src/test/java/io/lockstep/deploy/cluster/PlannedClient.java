package io.lockstep.deploy.cluster;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.MetadataUtils;
import io.lockstep.api.ErrorContract;
import io.lockstep.api.v1.DeliveryGrpc;
import io.lockstep.api.v1.Reason;
import io.lockstep.api.v1.SubmitRequest;
import io.lockstep.api.v1.SubmitResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * One client of the plan. It submits in all groups at the same time, asks again with the same id
 * while an outcome is unknown, and goes to the other gateway when its own is silent or gone.
 */
final class PlannedClient implements AutoCloseable {
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  /** Pause between two messages of a client in one group. */
  private static final long PACE_NANOS = 1_000_000_000;

  private static final long AGAIN_NANOS = 100_000_000;
  private static final int SUBMIT_SECONDS = 4;
  private static final Duration CATCH_UP_MAX = Duration.ofSeconds(2);
  private static final long STAY_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final int number;
  private final Plan plan;
  private final Ledger ledger;
  private final Progress progress;
  private final ByteString inbox;
  private final List<DeliveryGrpc.DeliveryBlockingStub> submits = new ArrayList<>();
  private final List<DeliveryGrpc.DeliveryStub> connects = new ArrayList<>();
  private final List<Thread> lanes = new ArrayList<>();
  private volatile boolean ended;
  private volatile int gateway;
  private Connection connection;
  private long movedNanos = System.nanoTime() - STAY_NANOS;

  PlannedClient(
      int number,
      Plan plan,
      Ledger ledger,
      Progress progress,
      Enrolment enrolment,
      List<ManagedChannel> gateways) {
    this.number = number;
    this.plan = plan;
    this.ledger = ledger;
    this.progress = progress;
    this.inbox = enrolment.inbox();
    this.gateway = number % gateways.size();
    Metadata headers = new Metadata();
    headers.put(AUTHORIZATION, "Bearer " + enrolment.token());
    var authorized = MetadataUtils.newAttachHeadersInterceptor(headers);
    for (ManagedChannel channel : gateways) {
      submits.add(DeliveryGrpc.newBlockingStub(channel).withInterceptors(authorized));
      connects.add(DeliveryGrpc.newStub(channel).withInterceptors(authorized));
    }
  }

  int number() {
    return number;
  }

  void create(int group) {
    submit(plan.creation(group));
  }

  /** All groups must be there. */
  void start() {
    connect();
    for (int group = 0; group < plan.groups(); group++) {
      int of = group;
      lanes.add(Thread.ofVirtual().name("client-" + number + "-" + group).start(() -> lane(of)));
    }
  }

  private void lane(int group) {
    try {
      for (int n = 1; !ended; n++) {
        long next = System.nanoTime() + PACE_NANOS;
        carryThrough(plan.item(number, group, n));
        while (!ended && System.nanoTime() < next) {
          LockSupport.parkNanos(next - System.nanoTime());
        }
      }
    } catch (Ended stop) {
      // The last item of a lane may be without an outcome.
    } catch (RuntimeException e) {
      ledger.contradiction("client " + number + ", group " + group + ": " + e);
    }
  }

  /** Until the item has its place in the order. */
  private void carryThrough(Plan.Item item) {
    for (int attempt = 0; ; attempt++) {
      long epoch = ledger.known(number, item.group()).epoch();
      SubmitRequest request = plan.request(item, attempt, epoch, inbox);
      SubmitResponse response = submit(request);
      if (response.hasSequenced()) {
        ledger.acknowledged(item, response.getSequenced());
        progress.acknowledged(item.group());
        if (item.askedTwice()) {
          SubmitResponse again = submit(request);
          if (!again.getDuplicate() || !again.getSequenced().equals(response.getSequenced())) {
            ledger.contradiction(item + " was answered " + response + ", then " + again);
          }
        }
        return;
      }
      progress.acknowledged(item.group());
      awaitEpoch(item.group(), response.getWrongEpoch().getCurrentEpoch());
    }
  }

  private void awaitEpoch(int group, long epoch) {
    long end = System.nanoTime() + CATCH_UP_MAX.toNanos();
    while (!ended && ledger.known(number, group).epoch() < epoch && System.nanoTime() - end < 0) {
      LockSupport.parkNanos(AGAIN_NANOS / 10);
    }
  }

  /** Asks, with the same id, until it is told the outcome. */
  private SubmitResponse submit(SubmitRequest request) {
    while (true) {
      if (ended) {
        throw new Ended();
      }
      int asked = gateway;
      try {
        return submits
            .get(asked)
            .withDeadlineAfter(SUBMIT_SECONDS, TimeUnit.SECONDS)
            .submit(request);
      } catch (StatusRuntimeException e) {
        Optional<Reason> reason = ErrorContract.reason(e);
        boolean alive =
            reason.isPresent()
                && (reason.get() == Reason.SERVICE_UNAVAILABLE
                    || reason.get() == Reason.OUTCOME_UNKNOWN
                    || reason.get() == Reason.RATE_LIMITED);
        switch (e.getStatus().getCode()) {
          case UNAVAILABLE, DEADLINE_EXCEEDED, CANCELLED, UNKNOWN, RESOURCE_EXHAUSTED -> {
            if (!alive) {
              moveFrom(asked);
            }
            LockSupport.parkNanos(AGAIN_NANOS);
          }
          default -> throw e;
        }
      }
    }
  }

  /** The lane was told to end before it had an outcome. */
  private static final class Ended extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  /** To the other gateway, unless it has just come from there or has gone already. */
  synchronized void moveFrom(int from) {
    if (ended || gateway != from || System.nanoTime() - movedNanos < STAY_NANOS) {
      return;
    }
    movedNanos = System.nanoTime();
    gateway = (from + 1) % submits.size();
    connect();
  }

  /** Again, on the same gateway or where it has moved to, after the call has ended by itself. */
  void reconnect(Connection ended) {
    LockSupport.parkNanos(AGAIN_NANOS);
    int at;
    synchronized (this) {
      if (this.ended || connection != ended) {
        return;
      }
      at = gateway;
    }
    moveFrom(at);
    synchronized (this) {
      if (connection == ended) {
        connect();
      }
    }
  }

  private synchronized void connect() {
    if (connection != null) {
      connection.leave();
    }
    connection = new Connection(this, plan, ledger);
    connection.open(connects.get(gateway));
  }

  @Override
  public void close() {
    ended = true;
    synchronized (this) {
      if (connection != null) {
        connection.leave();
      }
    }
    lanes.forEach(LockSupport::unpark);
    try {
      for (Thread lane : lanes) {
        lane.join(Duration.ofSeconds(2L * SUBMIT_SECONDS));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
