package io.lockstep.mls.interop;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lockstep.mls.ContentType;
import io.lockstep.mls.Extension;
import io.lockstep.mls.GroupId;
import io.lockstep.mls.GroupInfoContent;
import io.lockstep.mls.KeyPackage;
import io.lockstep.mls.WireFormat;
import io.lockstep.mls.crypto.CipherSuite;
import io.lockstep.mls.message.PreSharedKeyId;
import io.lockstep.mls.message.Proposal;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * This engine and another one in the same groups, on every cipher suite, each of them in each part.
 * After every step all members have the same epoch, tree hash, epoch authenticator and exported
 * secret.
 */
abstract class InteropTest {
  static final int LAST_RESORT = Extension.LAST_RESORT;
  static final int PRIVATE_USE = 0xF001;
  private static final byte[] AUTHENTICATED = utf8("seen by anyone");
  private static final GroupId GROUP = new GroupId(utf8("two engines"));

  // The other engines read the clock of the machine.
  private final Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
  private final SecureRandom random = new SecureRandom();

  /** Who plays the first part. */
  enum Lead {
    THIS_ENGINE,
    THE_OTHER
  }

  enum PathPolicy {
    WHEN_REQUIRED,
    ALWAYS
  }

  record Cast(CipherSuite suite, Lead lead) {
    @Override
    public String toString() {
      return "suite " + suite.id() + ", led by " + lead;
    }
  }

  static Stream<Cast> casts() {
    return Arrays.stream(CipherSuite.values())
        .flatMap(suite -> Arrays.stream(Lead.values()).map(lead -> new Cast(suite, lead)));
  }

  abstract Peer otherEngine(Peer.Setup setup, Instant time) throws Exception;

  /** When this engine makes Commits with a path. */
  PathPolicy pathPolicy() {
    return PathPolicy.WHEN_REQUIRED;
  }

  final Peer first(Cast cast, Peer.Setup setup) throws Exception {
    return cast.lead() == Lead.THIS_ENGINE
        ? new EnginePeer(setup, pathPolicy(), now, random)
        : otherEngine(setup, now);
  }

  final Peer second(Cast cast, Peer.Setup setup) throws Exception {
    return cast.lead() == Lead.THIS_ENGINE
        ? otherEngine(setup, now)
        : new EnginePeer(setup, pathPolicy(), now, random);
  }

  /** Alice and carol on the engine that leads, bob on the other; all of them members. */
  final List<Peer> threeMembers(Cast cast) throws Exception {
    Peer alice = first(cast, Peer.Setup.of("alice", cast.suite()));
    Peer bob = second(cast, Peer.Setup.of("bob", cast.suite()));
    Peer carol = first(cast, Peer.Setup.of("carol", cast.suite()));
    alice.create(GROUP, List.of());
    List<Peer> members = new ArrayList<>(List.of(alice));
    add(members, alice, bob, WireFormat.PRIVATE_MESSAGE, GroupInfoContent.WITH_TREE);
    add(members, bob, carol, WireFormat.PUBLIC_MESSAGE, GroupInfoContent.WITHOUT_TREE);
    return members;
  }

  @ParameterizedTest
  @MethodSource("casts")
  void welcomesAreUnderstoodWithTheTreeInsideAndBeside(Cast cast) throws Exception {
    for (GroupInfoContent tree : GroupInfoContent.values()) {
      Peer alice = first(cast, Peer.Setup.of("alice", cast.suite()));
      Peer bob = second(cast, Peer.Setup.of("bob", cast.suite()));
      alice.create(GROUP, List.of());
      List<Peer> members = new ArrayList<>(List.of(alice));
      add(members, alice, bob, WireFormat.PRIVATE_MESSAGE, tree);
      for (int i = 0; i < 3; i++) {
        Peer next =
            i % 2 == 0
                ? first(cast, setup("next" + i, cast))
                : second(cast, setup("next" + i, cast));
        add(members, members.get(i), next, WireFormat.PUBLIC_MESSAGE, tree);
      }
      talk(members);
    }
  }

  @ParameterizedTest
  @MethodSource("casts")
  void messagesAreReadOutOfOrderWithAuthenticatedDataAndPadding(Cast cast) throws Exception {
    Peer alice = first(cast, setup("alice", cast).paddedTo(256));
    Peer bob = second(cast, setup("bob", cast).paddedTo(256));
    alice.create(GROUP, List.of());
    List<Peer> members = new ArrayList<>(List.of(alice));
    add(members, alice, bob, WireFormat.PRIVATE_MESSAGE, GroupInfoContent.WITH_TREE);
    for (Peer sender : members) {
      Peer reader = sender.equals(alice) ? bob : alice;
      List<byte[]> sent = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        sent.add(sender.protect(text(sender, i), AUTHENTICATED));
      }
      for (int i : new int[] {3, 0, 5, 4, 1, 2}) {
        Peer.Received read = reader.process(sent.get(i));
        assertEquals(ContentType.APPLICATION, read.type);
        assertArrayEquals(text(sender, i), read.data);
        assertArrayEquals(AUTHENTICATED, read.authenticatedData);
      }
    }
    assertAgree(members);
  }

  @ParameterizedTest
  @MethodSource("casts")
  void openAndEncryptedCommitsAreFollowed(Cast cast) throws Exception {
    List<Peer> members = threeMembers(cast);
    for (WireFormat framing : List.of(WireFormat.PUBLIC_MESSAGE, WireFormat.PRIVATE_MESSAGE)) {
      for (Peer committer : List.copyOf(members)) {
        commit(members, committer, Peer.Plan.of(framing));
      }
    }
    talk(members);
  }

  @ParameterizedTest
  @MethodSource("casts")
  void updatesAreCommittedByReference(Cast cast) throws Exception {
    List<Peer> members = threeMembers(cast);
    for (WireFormat framing : List.of(WireFormat.PRIVATE_MESSAGE, WireFormat.PUBLIC_MESSAGE)) {
      for (Peer proposer : List.copyOf(members)) {
        deliver(members, proposer, proposer.proposeUpdate(framing));
        Peer committer = members.get((members.indexOf(proposer) + 1) % members.size());
        commit(members, committer, Peer.Plan.of(framing));
      }
    }
    talk(members);
  }

  @ParameterizedTest
  @MethodSource("casts")
  void membersAreRemovedByValueAndByReference(Cast cast) throws Exception {
    List<Peer> members = threeMembers(cast);
    Peer dave = second(cast, setup("dave", cast));
    add(members, members.getFirst(), dave, WireFormat.PRIVATE_MESSAGE, GroupInfoContent.WITH_TREE);
    Peer alice = members.get(0);
    Peer bob = members.get(1);
    Peer carol = members.get(2);
    commit(
        members, alice, Peer.Plan.of(WireFormat.PUBLIC_MESSAGE, new Proposal.Remove(bob.leaf())));
    assertEquals(List.of(alice, carol, dave), members);
    Proposal removal = new Proposal.Remove(carol.leaf());
    deliver(members, alice, alice.propose(removal, WireFormat.PRIVATE_MESSAGE));
    commit(members, dave, Peer.Plan.of(WireFormat.PRIVATE_MESSAGE));
    assertEquals(List.of(alice, dave), members);
    // The leaves in the middle are free now.
    Peer erin = second(cast, setup("erin", cast));
    add(members, alice, erin, WireFormat.PUBLIC_MESSAGE, GroupInfoContent.WITHOUT_TREE);
    talk(members);
  }

  @ParameterizedTest
  @MethodSource("casts")
  void outsidersJoinByExternalCommitAndComeBack(Cast cast) throws Exception {
    List<Peer> members = threeMembers(cast);
    // With the other lead the engines change places, so each reads both forms of the other.
    Peer guest = second(cast, setup("guest of alice", cast));
    joinExternally(members, members.get(0), guest, GroupInfoContent.WITH_TREE);
    Peer other = first(cast, setup("guest of bob", cast));
    joinExternally(members, members.get(1), other, GroupInfoContent.WITHOUT_TREE);
    talk(members);
    for (Peer lost : List.of(members.get(1), members.get(2))) {
      members.remove(lost);
      joinExternally(members, members.getFirst(), lost, GroupInfoContent.WITH_TREE);
    }
    commit(members, members.get(1), Peer.Plan.of(WireFormat.PRIVATE_MESSAGE));
    talk(members);
  }

  @ParameterizedTest
  @MethodSource("casts")
  void externalPskEntersTheKeySchedule(Cast cast) throws Exception {
    List<Peer> members = threeMembers(cast);
    byte[] id = utf8("a key of the application");
    for (Peer each : members) {
      each.knowPsk(id, utf8("its value"));
    }
    for (Peer committer : List.copyOf(members)) {
      byte[] nonce = new byte[cast.suite().hashLength()];
      random.nextBytes(nonce);
      Proposal psk = new Proposal.PreSharedKey(new PreSharedKeyId.External(id, nonce));
      commit(members, committer, Peer.Plan.of(WireFormat.PRIVATE_MESSAGE, psk));
      Peer joiner = second(cast, setup("joiner of " + committer.setup().name(), cast));
      joiner.knowPsk(id, utf8("its value"));
      random.nextBytes(nonce);
      Proposal again = new Proposal.PreSharedKey(new PreSharedKeyId.External(id, nonce));
      Proposal add = new Proposal.Add(KeyPackage.decode(joiner.keyPackage()));
      Peer.Made made =
          commit(
              members,
              committer,
              Peer.Plan.of(WireFormat.PUBLIC_MESSAGE, add, again).treeInWelcome());
      joiner.join(made.welcome.orElseThrow(), Optional.empty());
      members.add(joiner);
      assertAgree(members);
    }
    talk(members);
  }

  // What the scenes are made of

  final Peer.Setup setup(String name, Cast cast) {
    return Peer.Setup.of(name, cast.suite());
  }

  final void add(
      List<Peer> members, Peer committer, Peer joiner, WireFormat framing, GroupInfoContent tree)
      throws Exception {
    Proposal add = new Proposal.Add(KeyPackage.decode(joiner.keyPackage()));
    Peer.Plan plan = Peer.Plan.of(framing, add);
    Peer.Made made =
        commit(
            members, committer, tree == GroupInfoContent.WITH_TREE ? plan.treeInWelcome() : plan);
    joiner.join(made.welcome.orElseThrow(), besides(tree, committer));
    members.add(joiner);
    assertAgree(members);
  }

  final Peer.Made commit(List<Peer> members, Peer committer, Peer.Plan plan) throws Exception {
    Peer.Made made = committer.commit(plan, AUTHENTICATED);
    deliver(members, committer, made.commit);
    assertAgree(members);
    return made;
  }

  final void joinExternally(List<Peer> members, Peer helper, Peer joiner, GroupInfoContent tree)
      throws Exception {
    byte[] commit = joiner.joinExternally(helper.groupInfo(tree), besides(tree, helper));
    deliver(members, joiner, commit);
    members.add(joiner);
    assertAgree(members);
  }

  /** To all but the sender; a member that was removed by it leaves the list. */
  final void deliver(List<Peer> members, Peer sender, byte[] message) throws Exception {
    for (Peer each : List.copyOf(members)) {
      if (!each.equals(sender)) {
        Peer.Received received = each.process(message);
        if (!received.active) {
          assertEquals(ContentType.COMMIT, received.type);
          assertTrue(members.remove(each));
        }
      }
    }
  }

  final void talk(List<Peer> members) throws Exception {
    for (Peer sender : members) {
      byte[] message = sender.protect(text(sender, 0), AUTHENTICATED);
      for (Peer reader : members) {
        if (!reader.equals(sender)) {
          assertArrayEquals(text(sender, 0), reader.process(message).data);
        }
      }
    }
  }

  static void assertAgree(List<Peer> members) throws Exception {
    assertFalse(members.isEmpty());
    Peer.Standing standing = members.getFirst().standing();
    for (Peer each : members) {
      assertEquals(standing, each.standing(), each.setup().name());
    }
  }

  static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] text(Peer sender, int number) {
    return utf8(sender.setup().name() + " says " + number);
  }

  private static Optional<byte[]> besides(GroupInfoContent tree, Peer source) throws Exception {
    return tree == GroupInfoContent.WITH_TREE
        ? Optional.empty()
        : Optional.of(source.ratchetTree());
  }
}
