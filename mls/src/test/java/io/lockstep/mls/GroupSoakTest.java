package io.lockstep.mls;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.lockstep.mls.crypto.Secret;
import io.lockstep.mls.message.PreSharedKeyId;
import io.lockstep.mls.message.Proposal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/**
 * Random lives of groups: add, remove, update, external join, coming back, new extensions and PSKs,
 * with a path and without, open and encrypted, by value and by reference. After each step all
 * members are in the same epoch with the same tree and the same authenticator; now and then one of
 * them speaks and the others read it.
 *
 * <p>Short among the other tests, 10,000 steps at {@code mvn verify}. {@code
 * -Dlockstep.soak.steps=N} asks for another number, {@code -Dlockstep.soak.seed=S} repeats a run:
 * each life has its own seed, printed when it fails.
 */
class GroupSoakTest {
  private static final int STEPS = Integer.getInteger("lockstep.soak.steps", 1_000);
  private static final long SEED = Long.getLong("lockstep.soak.seed", 1);
  private static final int LIVES = 50;
  private static final int THREADS = 2;

  /** The first life is that of a large group; small ones soon see every corner of their tree. */
  private static final int MEMBERS_MAX_FIRST = 60;

  private static final int[] MEMBERS_MAX = {4, 7, 9, 12, 5, 8, 16, 6, 17};

  /** Every so many steps someone speaks. */
  private static final int SPEAKS_EVERY = 4;

  /** State is stored and read back in one of so many steps of a member. */
  private static final int STORED_EVERY = 16;

  private static final byte[] PSK = "a key of the application".getBytes(StandardCharsets.UTF_8);

  private static final ReceiveContext CONTEXT =
      TestClient.CONTEXT.withPsks(id -> Optional.of(Secret.copyOf(id)));

  @Test
  void membersStayInStep() throws Exception {
    System.out.println(
        "soak of " + STEPS + " steps, seed " + SEED + ", -Dlockstep.soak.seed=" + SEED);
    try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
      List<Future<Integer>> lives = new ArrayList<>();
      for (int i = 0; i < LIVES; i++) {
        int steps = STEPS / LIVES + (i < STEPS % LIVES ? 1 : 0);
        int membersMax = i == 0 ? MEMBERS_MAX_FIRST : MEMBERS_MAX[i % MEMBERS_MAX.length];
        Life life = new Life(SEED * 1_000 + i, membersMax, steps);
        lives.add(threads.submit(life::run));
      }
      int steps = 0;
      for (Future<Integer> each : lives) {
        steps += each.get();
      }
      assertEquals(STEPS, steps);
    }
  }

  /** One client; its state goes through its encoding now and then, not at every step. */
  private static final class Client {
    private final String name;
    private final TestClient self;
    private Group group;
    private int moves;

    Client(String name, long seed) {
      this.name = name;
      this.self = new TestClient(name, TestClient.random(seed), TestClient.SUITE);
    }

    void set(Group next) throws MlsException {
      moves++;
      group = moves % STORED_EVERY == 0 ? Group.decode(next.encode()) : next;
    }

    Effect receives(byte[] message) throws MlsException {
      Effect effect = group.process(message, CONTEXT);
      set(effect.next());
      return effect;
    }

    void joins(PendingCommit commit) throws MlsException {
      ReceiveContext withTree = CONTEXT.withRatchetTree(commit.next().ratchetTree());
      set(Group.join(commit.welcome().orElseThrow(), self.bundle(), self.keys, withTree));
    }

    byte[] proposes(Proposed proposed) throws MlsException {
      set(proposed.next());
      return proposed.message();
    }
  }

  private static final class Life {
    private final long seed;
    private final Random random;
    private final int membersMax;
    private final int steps;
    private final List<Client> members = new ArrayList<>();
    private final List<Client> invited = new ArrayList<>();
    private int born;

    Life(long seed, int membersMax, int steps) {
      this.seed = seed;
      this.random = new Random(seed);
      this.membersMax = membersMax;
      this.steps = steps;
    }

    int run() throws MlsException {
      Client founder = newClient();
      founder.self.creates();
      founder.set(founder.self.group());
      members.add(founder);
      for (int step = 0; step < steps; step++) {
        try {
          step();
          assertInStep();
          if (step % SPEAKS_EVERY == 0) {
            talk(step / SPEAKS_EVERY);
          }
        } catch (MlsException | AssertionError | RuntimeException e) {
          throw new AssertionError(
              "life " + seed + ", step " + step + ": repeat with -Dlockstep.soak.seed=" + SEED, e);
        }
      }
      return steps;
    }

    private void step() throws MlsException {
      if (members.size() < Math.min(3, membersMax)) {
        add();
        return;
      }
      switch (random.nextInt(12)) {
        case 0, 1, 2 -> add();
        case 3 -> remove();
        case 4, 5 -> byReference();
        case 6 -> external();
        case 7 -> resync();
        case 8 -> newExtensions();
        case 9 -> psk();
        default -> commit(anyMember(), framed(CommitOptions.empty()));
      }
    }

    private Client newClient() {
      born++;
      return new Client("client " + born, seed * 100_000 + born);
    }

    private Client anyMember() {
      return members.get(random.nextInt(members.size()));
    }

    private HandshakeOptions framing() {
      return random.nextBoolean()
          ? HandshakeOptions.publicMessage()
          : HandshakeOptions.privateMessage();
    }

    private CommitOptions framed(CommitOptions options) {
      CommitOptions framed = options.framed(framing());
      return random.nextBoolean() ? framed.forcePath() : framed;
    }

    private void add() throws MlsException {
      int room = membersMax - members.size();
      if (room == 0) {
        remove();
        return;
      }
      Client committer = anyMember();
      CommitOptions options = CommitOptions.empty();
      for (int i = 0; i <= random.nextInt(Math.min(room, 5)); i++) {
        options = options.add(invite());
      }
      if (members.size() > 2 && random.nextInt(3) == 0) {
        Client removed = anyMember();
        if (!removed.equals(committer)) {
          options = options.remove(removed.group.ownLeaf());
        }
      }
      commit(committer, framed(options));
    }

    private KeyPackage invite() {
      Client client = newClient();
      invited.add(client);
      return client.self.keyPackage();
    }

    /** One member, or now and then all but a few: the tree shrinks. */
    private void remove() throws MlsException {
      Client committer = anyMember();
      int count = random.nextInt(6) == 0 ? members.size() * 2 / 3 : 1;
      CommitOptions options = CommitOptions.empty();
      for (Client each : List.copyOf(members)) {
        if (!each.equals(committer) && count > 0 && random.nextInt(3) > 0) {
          options = options.remove(each.group.ownLeaf());
          count--;
        }
      }
      commit(committer, framed(options));
    }

    private void byReference() throws MlsException {
      Client committer = anyMember();
      Client removed = anyMember();
      for (Client proposer : List.copyOf(members)) {
        if (random.nextInt(3) > 0) {
          continue;
        }
        HandshakeOptions framing = framing();
        Proposed proposed;
        if (random.nextInt(4) == 0 && members.size() + invited.size() < membersMax) {
          proposed = proposer.group.proposeAdd(invite(), framing, proposer.self.random);
        } else if (random.nextInt(6) == 0 && !removed.equals(committer)) {
          proposed =
              proposer.group.proposeRemove(removed.group.ownLeaf(), framing, proposer.self.random);
        } else {
          proposed = proposer.group.proposeUpdate(framing, proposer.self.random);
        }
        byte[] message = proposer.proposes(proposed);
        for (Client other : members) {
          if (!other.equals(proposer)) {
            other.receives(message);
          }
        }
      }
      commit(committer, framed(CommitOptions.empty()));
    }

    private void newExtensions() throws MlsException {
      Client committer = anyMember();
      List<Extension> extensions =
          random.nextBoolean()
              ? List.of()
              : List.of(new Extension(Extension.LAST_RESORT, new byte[] {(byte) born}));
      Proposal proposal = new Proposal.GroupContextExtensions(extensions);
      commit(committer, framed(CommitOptions.empty().propose(proposal)));
    }

    private void psk() throws MlsException {
      Client committer = anyMember();
      byte[] nonce = new byte[TestClient.SUITE.hashLength()];
      random.nextBytes(nonce);
      CommitOptions options =
          CommitOptions.empty()
              .propose(new Proposal.PreSharedKey(new PreSharedKeyId.External(PSK, nonce)));
      if (members.size() < membersMax && random.nextBoolean()) {
        options = options.add(invite());
      }
      commit(committer, framed(options));
    }

    private void commit(Client committer, CommitOptions options) throws MlsException {
      PendingCommit commit = committer.group.commit(options, CONTEXT, committer.self.random);
      committer.set(commit.next());
      for (Client other : List.copyOf(members)) {
        if (!other.equals(committer) && other.receives(commit.commit()) instanceof Effect.Removed) {
          members.remove(other);
        }
      }
      for (Client joiner : invited) {
        joiner.joins(commit);
        members.add(joiner);
      }
      invited.clear();
    }

    private void external() throws MlsException {
      if (members.size() < membersMax) {
        Client joiner = newClient();
        joinExternally(joiner, members);
        members.add(joiner);
      } else {
        remove();
      }
    }

    private void resync() throws MlsException {
      Client lost = anyMember();
      List<Client> others = members.stream().filter(each -> !each.equals(lost)).toList();
      joinExternally(lost, others);
    }

    private void joinExternally(Client joiner, List<Client> others) throws MlsException {
      Client helper = others.get(random.nextInt(others.size()));
      ExternalJoin join =
          Group.joinExternally(
              helper.group.groupInfo(GroupInfoContent.WITH_TREE),
              joiner.self.keys,
              joiner.self.credential,
              CONTEXT,
              joiner.self.random);
      joiner.set(join.next());
      for (Client other : others) {
        other.receives(join.commit());
      }
    }

    private void assertInStep() {
      Group first = members.getFirst().group;
      for (Client each : members) {
        assertEquals(first.epoch(), each.group.epoch(), each.name);
        assertArrayEquals(first.epochAuthenticator(), each.group.epochAuthenticator(), each.name);
        assertArrayEquals(first.context().treeHash(), each.group.context().treeHash(), each.name);
      }
    }

    private void talk(int step) throws MlsException {
      Client speaker = members.get(step % members.size());
      byte[] text = TestClient.utf8("step " + step);
      Protected message = speaker.group.protect(text, new byte[0], speaker.self.random);
      speaker.set(message.next());
      for (Client other : members) {
        if (!other.equals(speaker)) {
          Effect.ApplicationMessage read =
              (Effect.ApplicationMessage) other.receives(message.message());
          assertArrayEquals(text, read.data());
        }
      }
    }
  }
}
