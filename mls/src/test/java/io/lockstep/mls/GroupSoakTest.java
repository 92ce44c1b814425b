package io.lockstep.mls;

import static io.lockstep.mls.GroupScenarioTest.assertInStep;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Random lives of groups: after each step all members are in the same epoch with the same
 * authenticator.
 */
class GroupSoakTest {
  private static final int MEMBERS_MAX = 12;
  private static final int STEPS = 30;

  /** A longer run is asked for by the system property lockstep.soak.lives. */
  private static final int LIVES = Integer.getInteger("lockstep.soak.lives", 3);

  private static final int THREADS = 4;

  static LongStream seeds() {
    return LongStream.rangeClosed(1, LIVES);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void membersStayInStep(long seed) throws Exception {
    new Life(seed).run();
  }

  @Test
  void independentGroupsLiveInManyThreads() throws Exception {
    try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
      List<Future<?>> lives = new ArrayList<>();
      for (long seed = 100; seed < 100 + THREADS; seed++) {
        Life life = new Life(seed);
        lives.add(
            threads.submit(
                () -> {
                  life.run();
                  return null;
                }));
      }
      for (Future<?> each : lives) {
        each.get();
      }
    }
  }

  private static final class Life {
    private final long seed;
    private final Random random;
    private final List<TestClient> members = new ArrayList<>();
    private final List<TestClient> invited = new ArrayList<>();
    private int born;

    Life(long seed) {
      this.seed = seed;
      this.random = new Random(seed);
    }

    void run() throws Exception {
      members.add(newClient().creates());
      for (int step = 0; step < STEPS; step++) {
        try {
          step();
          assertInStep(members.toArray(TestClient[]::new));
          talk(step);
        } catch (MlsException | AssertionError | RuntimeException e) {
          throw new AssertionError("seed " + seed + ", step " + step, e);
        }
      }
    }

    private void step() throws MlsException {
      switch (random.nextInt(8)) {
        case 0, 1 -> add();
        case 2 -> remove();
        case 3 -> byReference();
        case 4 -> external();
        case 5 -> resync();
        default -> commit(anyMember(), framed(CommitOptions.empty()));
      }
    }

    private TestClient newClient() {
      String name = "client " + born++;
      return new TestClient(name, TestClient.random(seed * 1_000 + born), TestClient.SUITE);
    }

    private TestClient anyMember() {
      return members.get(random.nextInt(members.size()));
    }

    private CommitOptions framed(CommitOptions options) {
      CommitOptions framed =
          random.nextBoolean() ? options.framed(HandshakeOptions.publicMessage()) : options;
      return random.nextBoolean() ? framed.forcePath() : framed;
    }

    private void add() throws MlsException {
      if (members.size() + 2 > MEMBERS_MAX) {
        remove();
        return;
      }
      CommitOptions options = CommitOptions.empty();
      for (int i = 0; i <= random.nextInt(2); i++) {
        TestClient client = newClient();
        invited.add(client);
        options = options.add(client.keyPackage());
      }
      if (members.size() > 2 && random.nextInt(3) == 0) {
        TestClient committer = members.getFirst();
        options = options.remove(members.getLast().leaf());
        commit(committer, framed(options));
      } else {
        commit(anyMember(), framed(options));
      }
    }

    private void remove() throws MlsException {
      if (members.size() < 3) {
        return;
      }
      TestClient committer = members.remove(random.nextInt(members.size()));
      TestClient removed = anyMember();
      members.add(committer);
      commit(committer, framed(CommitOptions.empty().remove(removed.leaf())));
    }

    private void byReference() throws MlsException {
      TestClient committer = anyMember();
      for (TestClient proposer : List.copyOf(members)) {
        HandshakeOptions framing =
            random.nextBoolean()
                ? HandshakeOptions.publicMessage()
                : HandshakeOptions.privateMessage();
        if (random.nextInt(3) > 0) {
          continue;
        }
        byte[] proposal;
        if (random.nextInt(4) == 0 && members.size() + invited.size() < MEMBERS_MAX) {
          TestClient client = newClient();
          invited.add(client);
          proposal =
              proposer.proposes(
                  proposer.group().proposeAdd(client.keyPackage(), framing, proposer.random));
        } else {
          proposal = proposer.proposes(proposer.group().proposeUpdate(framing, proposer.random));
        }
        for (TestClient other : members) {
          if (other != proposer) {
            other.receives(proposal);
          }
        }
      }
      commit(committer, framed(CommitOptions.empty()));
    }

    private void commit(TestClient committer, CommitOptions options) throws MlsException {
      PendingCommit commit = committer.commits(options);
      committer.set(commit.next());
      for (TestClient other : List.copyOf(members)) {
        if (other != committer && other.receives(commit.commit()) instanceof Effect.Removed) {
          members.remove(other);
        }
      }
      for (TestClient joiner : invited) {
        joiner.joins(commit);
        members.add(joiner);
      }
      invited.clear();
    }

    private void external() throws MlsException {
      if (members.size() < MEMBERS_MAX) {
        TestClient joiner = newClient();
        joinExternally(joiner, members);
        members.add(joiner);
      }
    }

    private void resync() throws MlsException {
      if (members.size() > 1) {
        TestClient lost = anyMember();
        List<TestClient> others = members.stream().filter(each -> each != lost).toList();
        joinExternally(lost, others);
      }
    }

    private void joinExternally(TestClient joiner, List<TestClient> others) throws MlsException {
      TestClient helper = others.get(random.nextInt(others.size()));
      byte[] commit = joiner.joinsExternally(helper.group().groupInfo(GroupInfoContent.WITH_TREE));
      for (TestClient other : others) {
        other.receives(commit);
      }
    }

    private void talk(int step) throws MlsException {
      TestClient speaker = anyMember();
      byte[] message = speaker.says("step " + step);
      for (TestClient other : members) {
        if (other != speaker) {
          assertEquals("step " + step, other.reads(message));
        }
      }
    }
  }
}
