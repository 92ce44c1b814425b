package io.lockstep.mls;

import static io.lockstep.mls.GroupScenarioTest.assertInStep;
import static io.lockstep.mls.TestClient.TRUST;
import static io.lockstep.mls.TestClient.utf8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.lockstep.mls.crypto.CipherSuite;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Groups are values: as many threads as one likes, on as many groups, or all on the same one. */
class ManyThreadsTest {
  private static final int THREADS = 8;
  private static final int ROUNDS = 12;

  @ParameterizedTest
  @EnumSource(CipherSuite.class)
  void independentGroupsLiveInManyThreads(CipherSuite suite) throws Exception {
    inThreads(
        number -> {
          TestClient alice = new TestClient("alice", TestClient.random(number), suite);
          TestClient bob = new TestClient("bob", TestClient.random(1_000 + number), suite);
          alice.creates();
          PendingCommit added = alice.commits(CommitOptions.empty().add(bob.keyPackage()));
          alice.set(added.next());
          bob.joins(added);
          for (int round = 0; round < ROUNDS; round++) {
            PendingCommit commit = bob.commits(CommitOptions.empty());
            bob.set(commit.next());
            alice.receives(commit.commit());
            assertInStep(alice, bob);
            assertEquals("round " + round, bob.reads(alice.says("round " + round)));
          }
        });
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 5})
  void oneValueServesManyThreadsAtOnce(int suiteId) throws Exception {
    CipherSuite suite = CipherSuite.of(suiteId);
    TestClient alice = new TestClient("alice", TestClient.random(1), suite);
    TestClient bob = new TestClient("bob", TestClient.random(2), suite);
    alice.creates();
    PendingCommit added = alice.commits(CommitOptions.empty().add(bob.keyPackage()));
    alice.set(added.next());
    bob.joins(added);
    PendingCommit commit = alice.commits(CommitOptions.empty());
    byte[] text = alice.says("to all threads");
    Group shared = bob.group();
    byte[] state = shared.encode();
    inThreads(
        number -> {
          for (int round = 0; round < ROUNDS; round++) {
            Effect.ApplicationMessage read =
                (Effect.ApplicationMessage) shared.process(text, TRUST, TestClient.NOW);
            assertArrayEquals(utf8("to all threads"), read.data());
            Group next = shared.process(commit.commit(), TRUST, TestClient.NOW).next();
            assertArrayEquals(commit.next().epochAuthenticator(), next.epochAuthenticator());
            shared.protect(utf8("x"), new byte[0], TestClient.random(number));
            shared.commit(
                CommitOptions.empty(), TRUST, TestClient.random(9_000 + number), TestClient.NOW);
            assertArrayEquals(state, shared.encode());
          }
        });
  }

  private interface Work {
    void run(int number) throws Exception;
  }

  /** All start together; the first failure is thrown. */
  private static void inThreads(Work work) throws Exception {
    CountDownLatch start = new CountDownLatch(1);
    try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
      List<Future<?>> running = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        int number = i;
        Callable<Void> task =
            () -> {
              start.await();
              work.run(number);
              return null;
            };
        running.add(threads.submit(task));
      }
      start.countDown();
      for (Future<?> each : running) {
        each.get();
      }
    }
  }
}
