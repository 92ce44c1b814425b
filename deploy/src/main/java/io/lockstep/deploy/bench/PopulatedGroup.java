package io.lockstep.deploy.bench;

import io.lockstep.mls.CommitOptions;
import io.lockstep.mls.Effect;
import io.lockstep.mls.Group;
import io.lockstep.mls.GroupId;
import io.lockstep.mls.KeyPackageBundle;
import io.lockstep.mls.MlsException;
import io.lockstep.mls.PendingCommit;
import io.lockstep.mls.SignatureKeyPair;
import io.lockstep.mls.WireFormat;
import io.lockstep.mls.crypto.CipherSuite;
import io.lockstep.mls.crypto.HpkeCiphertext;
import io.lockstep.mls.crypto.Secret;
import io.lockstep.mls.framing.MlsMessage;
import io.lockstep.mls.message.GroupContext;
import io.lockstep.mls.message.GroupInfo;
import io.lockstep.mls.message.GroupSecrets;
import io.lockstep.mls.message.Welcome;
import io.lockstep.mls.schedule.KeyAndNonce;
import io.lockstep.mls.schedule.KeySchedule;
import io.lockstep.mls.schedule.PskSecret;
import io.lockstep.mls.tree.LeafIndex;
import io.lockstep.mls.tree.RatchetTree;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Two members of a group with a full tree. Both enter by a Welcome, which verifies all of {@link
 * PopulatedTree}, and commit once, so that no node is blank or has unmerged leaves.
 */
final class PopulatedGroup {
  private final SecureRandom random;
  private final MlsPeople people;
  private Group first;
  private Group second;

  private PopulatedGroup(MlsPeople people, SecureRandom random) {
    this.people = people;
    this.random = random;
  }

  static PopulatedGroup of(CipherSuite suite, int members, MlsPeople people, SecureRandom random)
      throws MlsException {
    GroupId id = new GroupId("a group with a full tree".getBytes(StandardCharsets.UTF_8));
    LeafIndex signer = new LeafIndex(0);
    PopulatedTree made =
        new PopulatedTree(suite, id, members, Set.of(members / 2, members - 1), random);
    MlsPeople.Person[] joiners = {people.person(members), people.person(members + 1)};
    RatchetTree tree = RatchetTree.decode(suite, made.encode());
    for (MlsPeople.Person joiner : joiners) {
      tree = tree.add(joiner.bundle().keyPackage().leafNode()).tree();
    }
    GroupContext context =
        new GroupContext(suite, id, members, tree.treeHash(), random(32, random), List.of());
    byte[] welcome = welcome(context, tree, made.signer(signer), joiners, random);
    PopulatedGroup group = new PopulatedGroup(people, random);
    group.first = people.join(welcome, joiners[0], tree.encode());
    group.second = people.join(welcome, joiners[1], tree.encode());
    for (int i = 0; i < 2; i++) {
      group.follow(group.commit());
      group.swap();
    }
    return group;
  }

  private static byte[] welcome(
      GroupContext context,
      RatchetTree tree,
      SignatureKeyPair signer,
      MlsPeople.Person[] joiners,
      SecureRandom random)
      throws MlsException {
    CipherSuite suite = context.suite();
    Secret joinerSecret = Secret.random(suite.hashLength(), random);
    Secret psk = PskSecret.of(suite, List.of());
    byte[] secrets = new GroupSecrets(joinerSecret, Optional.empty(), List.of()).encode();
    byte[] sealed;
    try (KeySchedule schedule = KeySchedule.ofWelcome(suite, joinerSecret.copy(), psk);
        KeyAndNonce key = schedule.welcomeKey()) {
      byte[] tag =
          schedule
              .epoch(context.encode(), tree.leafCount())
              .secrets()
              .confirmationTag(suite, context.confirmedTranscriptHash());
      GroupInfo info = GroupInfo.sign(context, List.of(), tag, new LeafIndex(0), signer);
      sealed = suite.seal(key.key(), key.nonce().expose(), new byte[0], info.encode());
    }
    Welcome.Entry[] entries = new Welcome.Entry[joiners.length];
    for (int i = 0; i < entries.length; i++) {
      KeyPackageBundle bundle = joiners[i].bundle();
      HpkeCiphertext encrypted =
          suite.encryptWithLabel(bundle.keyPackage().initKey(), "Welcome", sealed, secrets, random);
      entries[i] = new Welcome.Entry(bundle.keyPackage().ref(), encrypted);
    }
    Welcome welcome = new Welcome(suite, List.of(entries), sealed);
    return MlsMessage.encode(WireFormat.WELCOME, welcome);
  }

  Group first() {
    return first;
  }

  Group second() {
    return second;
  }

  /** By the first member. Without proposals: new keys on its path, nothing else. */
  PendingCommit commit() throws MlsException {
    return first.commit(CommitOptions.empty().forcePath(), people.context(), random);
  }

  /** By the second member. */
  Group process(PendingCommit commit) throws MlsException {
    Effect effect = second.process(commit.commit(), people.context());
    if (!Arrays.equals(commit.next().epochAuthenticator(), effect.next().epochAuthenticator())) {
      throw new IllegalStateException("the members disagree after a Commit");
    }
    return effect.next();
  }

  /** Both go on to the next epoch. */
  void follow(PendingCommit commit) throws MlsException {
    second = process(commit);
    first = commit.next();
  }

  void swap() {
    Group other = first;
    first = second;
    second = other;
  }

  private static byte[] random(int length, SecureRandom random) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }
}
