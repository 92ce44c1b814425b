package io.lockstep.deploy.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.lockstep.directory.DirectoryNode;
import io.lockstep.keystore.KeystoreNode;
import io.lockstep.sequencer.SequencerNode;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;

/**
 * Everything that can go wrong with a cluster, one after the other, while eight clients submit by a
 * plan. After each fault every law holds over everything that any client was told and over the
 * whole log, and the longest time without progress is reported.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Timeout(value = 8, unit = TimeUnit.MINUTES)
class ClusterFaultsIT {
  private static final Duration LONG_PAUSE = Duration.ofSeconds(60);
  private static final int GROUP = 0;

  private ContainerEngine engine;
  private Cluster cluster;
  private Health health;
  private Traffic traffic;
  private LogWatch log;
  private FaultReport report;

  /** Breaks something and repairs it. */
  private interface Fault {
    void happen() throws Exception;
  }

  @BeforeAll
  void start() throws Exception {
    try {
      engine = ContainerEngine.start();
    } catch (ContainerEngine.Missing e) {
      System.out.println("the tests on a cluster of containers are skipped: " + e.getMessage());
      Assumptions.abort(e.getMessage());
    }
    long seed = Long.getLong("lockstep.seed", System.nanoTime());
    System.out.println("seed: -Dlockstep.seed=" + seed);
    report = new FaultReport(seed);
    cluster = Cluster.start(engine);
    health = new Health(cluster.kafka());
    log = new LogWatch(cluster.kafka());
    traffic = new Traffic(cluster, new Plan(seed, Settings.PARTITIONS));
    traffic.start();
  }

  @AfterAll
  void end() throws Exception {
    for (AutoCloseable part : new AutoCloseable[] {traffic, log, health, cluster, engine}) {
      if (part != null) {
        part.close();
      }
    }
  }

  @Test
  @Order(1)
  void messagesFlowWhenNothingIsWrong() throws Exception {
    after("nothing", () -> traffic.awaitRound("from the beginning"));
  }

  @Test
  @Order(2)
  void theLeadingBrokerIsKilled() throws Exception {
    after(
        "kill -9 of the broker that is the active controller",
        () -> {
          Member broker = cluster.broker(health.controller());
          broker.kill();
          traffic.awaitRound("without " + broker.name());
          broker.start();
        });
  }

  @Test
  @Order(3)
  void theLeadingBrokerIsPaused() throws Exception {
    after(
        "SIGSTOP of the broker that leads the log",
        () -> {
          Member broker = cluster.broker(health.leader(GROUP));
          broker.pause();
          traffic.awaitRound("while " + broker.name() + " is silent");
          broker.resume();
        });
  }

  @Test
  @Order(4)
  void theOwnerIsKilled() throws Exception {
    after(
        "kill -9 of the owner",
        () -> {
          Member owner = owner();
          owner.kill();
          traffic.awaitRound("without " + owner.name());
          owner.start();
        });
  }

  @Test
  @Order(5)
  void theOwnerIsPaused() throws Exception {
    after(
        "SIGSTOP of the owner until the standby writes",
        () -> {
          Member owner = owner();
          owner.pause();
          traffic.awaitRound("while " + owner.name() + " is silent");
          owner.resume();
        });
  }

  @Test
  @Order(6)
  void aGatewayIsKilled() throws Exception {
    after(
        "kill -9 of a gateway",
        () -> {
          Member gateway = cluster.gateway(0);
          gateway.kill();
          traffic.awaitRound("without " + gateway.name());
          gateway.start();
        });
  }

  @Test
  @Order(7)
  void aGatewayIsPaused() throws Exception {
    after(
        "SIGSTOP of a gateway",
        () -> {
          Member gateway = cluster.gateway(1);
          gateway.pause();
          traffic.awaitRound("while " + gateway.name() + " is silent");
          gateway.resume();
        });
  }

  @Test
  @Order(8)
  void theOwnerIsCutOffFromTheBrokers() throws Exception {
    after(
        "network cut between the owner and the brokers",
        () -> {
          Member owner = owner();
          owner.cut(cluster.kafkaNetwork());
          traffic.awaitRound("while " + owner.name() + " reaches no broker");
          health.awaitOneOwnerLess();
          owner.heal(cluster.kafkaNetwork());
        });
  }

  @Test
  @Order(9)
  void theOwnerComesBackAfterAMinute() throws Exception {
    after(
        "SIGSTOP of the owner for 60 s",
        () -> {
          Member owner = owner();
          long end = System.nanoTime() + LONG_PAUSE.toNanos();
          owner.pause();
          traffic.awaitRound("while " + owner.name() + " is silent");
          while (System.nanoTime() - end < 0) {
            LockSupport.parkNanos(end - System.nanoTime());
          }
          owner.resume();
        });
  }

  @Test
  @Order(10)
  void aBrokersDiskIsFull() throws Exception {
    after(
        "disk full on a broker",
        () -> {
          Member broker = cluster.brokerWithSmallDisk();
          cluster.fillDisk();
          broker.awaitEnd();
          traffic.awaitRound("without " + broker.name());
          cluster.freeDisk();
          broker.start();
        });
  }

  @Test
  @Order(11)
  void everythingIsRestartedOneByOne() throws Exception {
    after(
        "rolling restart of everything",
        () -> {
          for (Member member : cluster.all()) {
            member.stop();
            member.start();
            health.awaitReplicas("after the restart of " + member.name());
          }
        });
  }

  @Test
  @Order(12)
  void allLogsAreProvedAndEveryWelcomeHasArrived() throws Exception {
    log.verify(SequencerNode.LOG);
    log.verify(KeystoreNode.LOG);
    log.verify(DirectoryNode.LOG);
    int welcomes = log.awaitWelcomes();
    System.out.println(log.judge() + " entries, " + welcomes + " Welcomes");
  }

  private Member owner() {
    return cluster.sequencer(health.owner(GROUP));
  }

  private void after(String fault, Fault happens) throws Exception {
    health.await("before: " + fault);
    traffic.awaitRound("before: " + fault);
    long begun = System.nanoTime();
    traffic.progress().begin();
    happens.happen();
    health.await("after: " + fault);
    traffic.awaitRound("after: " + fault);
    report.add(fault, traffic.progress().end(), Duration.ofNanos(System.nanoTime() - begun));
    traffic.judge();
    log.judge();
    assertEquals(0, log.verify(SequencerNode.LOG).sum(p -> p.foreign()), "foreign records");
  }
}
