package io.lockstep.mls;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Random lives of groups with public handshakes: a tracker that sees nothing but what is sent
 * agrees with all members after each step.
 */
class PublicGroupSoakTest {
  private static final int MEMBERS_MAX = 9;
  private static final int STEPS = 25;

  /** A longer run is asked for by the system property lockstep.soak.lives. */
  private static final int LIVES = Integer.getInteger("lockstep.soak.lives", 3);

  static LongStream seeds() {
    return LongStream.rangeClosed(1, LIVES);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void trackerStaysInStep(long seed) throws Exception {
    new Life(seed).run();
  }

  private static final class Life {
    private final long seed;
    private final Random random;
    private final List<TestClient> members = new ArrayList<>();
    private final List<TestClient> invited = new ArrayList<>();
    private Tracker tracker;
    private int born;

    Life(long seed) {
      this.seed = seed;
      this.random = new Random(seed);
    }

    void run() throws Exception {
      members.add(newClient().creates());
      tracker = Tracker.ofNew(members.getFirst());
      for (int step = 0; step < STEPS; step++) {
        try {
          step();
          tracker.assertAgreesWith(members.toArray(TestClient[]::new));
        } catch (MlsException | AssertionError | RuntimeException e) {
          throw new AssertionError("seed " + seed + ", step " + step, e);
        }
      }
    }

    private void step() throws MlsException {
      switch (random.nextInt(8)) {
        case 0, 1 -> commit(anyMember(), withAdditions(open()));
        case 2 -> remove();
        case 3, 4 -> byReference();
        case 5 -> external();
        case 6 -> resync();
        default -> commit(anyMember(), open());
      }
    }

    private TestClient newClient() {
      String name = "client " + born++;
      return new TestClient(name, TestClient.random(seed * 1_000 + born), TestClient.SUITE);
    }

    private TestClient anyMember() {
      return members.get(random.nextInt(members.size()));
    }

    private CommitOptions open() {
      CommitOptions open = CommitOptions.empty().framed(HandshakeOptions.publicMessage());
      return random.nextBoolean() ? open.forcePath() : open;
    }

    private CommitOptions withAdditions(CommitOptions options) {
      CommitOptions more = options;
      for (int i = random.nextInt(3);
          i >= 0 && members.size() + invited.size() < MEMBERS_MAX;
          i--) {
        TestClient client = newClient();
        invited.add(client);
        more = more.add(client.keyPackage());
      }
      return more;
    }

    private void remove() throws MlsException {
      if (members.size() > 1) {
        TestClient leaver = members.remove(random.nextInt(members.size()));
        commit(anyMember(), open().remove(leaver.leaf()));
      }
    }

    private void byReference() throws MlsException {
      TestClient committer = anyMember();
      for (TestClient proposer : List.copyOf(members)) {
        if (proposer != committer && random.nextInt(3) == 0) {
          byte[] proposal = proposal(proposer);
          tracker.sees(proposal);
          for (TestClient other : members) {
            if (other != proposer) {
              other.receives(proposal);
            }
          }
        }
      }
      commit(committer, open());
    }

    private byte[] proposal(TestClient proposer) throws MlsException {
      HandshakeOptions framing = HandshakeOptions.publicMessage();
      if (random.nextBoolean() || members.size() + invited.size() >= MEMBERS_MAX) {
        return proposer.proposes(proposer.group().proposeUpdate(framing, proposer.random));
      }
      TestClient client = newClient();
      invited.add(client);
      return proposer.proposes(
          proposer.group().proposeAdd(client.keyPackage(), framing, proposer.random));
    }

    private void commit(TestClient committer, CommitOptions options) throws MlsException {
      PendingCommit commit = committer.commits(options);
      committer.set(commit.next());
      tracker.sees(commit);
      for (TestClient other : members) {
        if (other != committer) {
          other.receives(commit.commit());
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
        joinExternally(lost, members.stream().filter(each -> each != lost).toList());
      }
    }

    private void joinExternally(TestClient joiner, List<TestClient> others) throws MlsException {
      TestClient host = others.get(random.nextInt(others.size()));
      byte[] commit = joiner.joinsExternally(host.group().groupInfo(GroupInfoContent.WITH_TREE));
      tracker.seesCommit(commit);
      for (TestClient other : others) {
        other.receives(commit);
      }
    }
  }
}
