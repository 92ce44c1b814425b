package io.lockstep.deploy.bench;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bouncycastle.crypto.AsymmetricCipherKeyPair;
import org.bouncycastle.mls.TreeKEM.LeafIndex;
import org.bouncycastle.mls.TreeKEM.LeafNode;
import org.bouncycastle.mls.TreeKEM.LifeTime;
import org.bouncycastle.mls.TreeKEM.TreeKEMPublicKey;
import org.bouncycastle.mls.codec.Capabilities;
import org.bouncycastle.mls.codec.Credential;
import org.bouncycastle.mls.codec.KeyPackage;
import org.bouncycastle.mls.codec.MLSInputStream;
import org.bouncycastle.mls.codec.MLSMessage;
import org.bouncycastle.mls.codec.MLSOutputStream;
import org.bouncycastle.mls.codec.Proposal;
import org.bouncycastle.mls.crypto.MlsCipherSuite;
import org.bouncycastle.mls.crypto.Secret;
import org.bouncycastle.mls.protocol.Group;

/**
 * The same figures of bcmls 1.84, as far as it can do the same work, in one thread: it is not safe
 * in several, not even with independent groups. A full tree is left out, since a member that joins
 * one by Welcome cannot follow the next Commit.
 */
final class BcmlsRun {
  private static final int BATCH = 50;
  private static final int MESSAGE_BYTES = 200;
  private static final int WARM_MEMBERS = 32;
  private static final int WARM_TURNS = 5;
  private static final int LONG_MEMBERS_MIN = 5_000;

  private final int members;
  private final int rounds;
  private final boolean inlineTree;
  private final MlsFigures figures;
  private final Progress progress;
  private final SecureRandom random = new SecureRandom();
  private final MlsCipherSuite suite;

  private BcmlsRun(
      int members, int rounds, boolean inlineTree, MlsFigures figures, Progress progress)
      throws Exception {
    this.members = members;
    this.rounds = members >= LONG_MEMBERS_MIN ? 1 : Math.min(rounds, 3);
    this.inlineTree = inlineTree;
    this.figures = figures;
    this.progress = progress;
    this.suite =
        MlsCipherSuite.getSuite(MlsCipherSuite.MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519);
  }

  static void run(
      int members, int rounds, boolean inlineTree, MlsFigures figures, Progress progress)
      throws Exception {
    progress.step("warming up");
    for (int i = 0; i < WARM_TURNS; i++) {
      new BcmlsRun(WARM_MEMBERS, 2, true, MlsFigures.empty(), text -> {}).measure();
    }
    new BcmlsRun(members, rounds, inlineTree, figures, progress).measure();
  }

  private final class Person {
    private final AsymmetricCipherKeyPair initKey = suite.getHPKE().generatePrivateKey();
    private final AsymmetricCipherKeyPair leafKey = suite.getHPKE().generatePrivateKey();
    private final byte[] signatureKey;
    private final KeyPackage keyPackage;

    Person(int number) throws Exception {
      AsymmetricCipherKeyPair signature = suite.generateSignatureKeyPair();
      signatureKey = suite.serializeSignaturePrivateKey(signature.getPrivate());
      byte[] name = ("client " + number).getBytes(StandardCharsets.UTF_8);
      LeafNode leaf =
          new LeafNode(
              suite,
              suite.getHPKE().serializePublicKey(leafKey.getPublic()),
              suite.serializeSignaturePublicKey(signature.getPublic()),
              Credential.forBasic(name),
              new Capabilities(),
              new LifeTime(),
              new ArrayList<>(),
              signatureKey);
      byte[] init = suite.getHPKE().serializePublicKey(initKey.getPublic());
      keyPackage = new KeyPackage(suite, init, leaf, new ArrayList<>(), signatureKey);
    }

    Group join(MLSMessage welcome, TreeKEMPublicKey tree) throws Exception {
      byte[] init = suite.getHPKE().serializePrivateKey(initKey.getPrivate());
      Group group =
          new Group(
              init, leafKey, signatureKey, keyPackage, welcome.welcome, tree, Map.of(), Map.of());
      verifyLeaves(group);
      return group;
    }
  }

  /** What a joiner must do and bcmls leaves to its caller. */
  private void verifyLeaves(Group group) throws Exception {
    for (int i = 0; i < members; i++) {
      LeafNode leaf = group.getTree().getLeafNode(new LeafIndex(i));
      if (!leaf.verify(suite, leaf.toBeSigned(group.getGroupID(), i))) {
        throw new IllegalStateException("leaf signature " + i);
      }
    }
  }

  private void measure() throws Exception {
    keyPackages();
    progress.step("making " + members + " clients");
    List<Person> all = new ArrayList<>();
    for (int i = 0; i < members; i++) {
      all.add(new Person(i));
    }
    Person first = all.getFirst();
    Group alone =
        new Group(
            "a group".getBytes(StandardCharsets.UTF_8),
            suite,
            first.leafKey,
            first.signatureKey,
            first.keyPackage.getLeafNode(),
            new ArrayList<>());
    List<Proposal> adds = new ArrayList<>();
    for (Person person : all.subList(1, members)) {
      adds.add(Proposal.add(person.keyPackage));
    }
    if (inlineTree) {
      progress.step("adding all, tree inside the Welcome");
      Stopwatch watch = Stopwatch.ofProcess();
      watch.time(() -> commit(alone, adds, true, false));
      figures.putMillis("welcome_inline", watch.median());
    }
    progress.step("adding all");
    Stopwatch add = Stopwatch.ofProcess();
    Group.GroupWithMessage added = null;
    for (int round = 0; round < rounds; round++) {
      added = add.time(() -> commit(alone, adds, false, false));
    }
    figures.putMillis("add_all", add.median());
    blankTree(added, all.getLast());
  }

  private void keyPackages() throws Exception {
    Stopwatch generate = Stopwatch.ofThread(BATCH);
    Stopwatch verify = Stopwatch.ofThread(BATCH);
    for (int round = 0; round < rounds; round++) {
      Person last = generate.time(this::peopleOfOneBatch);
      verify.time(() -> verifyBatch(last.keyPackage));
    }
    figures.putMicros("key_package_generate", generate.median());
    figures.putMicros("key_package_verify", verify.median());
  }

  private Person peopleOfOneBatch() throws Exception {
    Person last = null;
    for (int i = 0; i < BATCH; i++) {
      last = new Person(i);
    }
    return last;
  }

  private static int verifyBatch(KeyPackage keyPackage) throws Exception {
    int good = 0;
    for (int i = 0; i < BATCH; i++) {
      good += keyPackage.verify() ? 1 : 0;
    }
    return good;
  }

  private void blankTree(Group.GroupWithMessage added, Person joiner) throws Exception {
    progress.step("joining");
    TreeKEMPublicKey tree = added.group.getTree();
    Stopwatch join = Stopwatch.ofProcess();
    Group member = null;
    for (int round = 0; round < rounds; round++) {
      member = join.time(() -> joiner.join(added.message, tree));
    }
    figures.putMillis("join", join.median());
    progress.step("committing in a blank tree");
    Stopwatch make = Stopwatch.ofProcess();
    Stopwatch process = Stopwatch.ofThread();
    for (int round = 0; round < rounds; round++) {
      Group.GroupWithMessage commit =
          make.time(() -> commit(added.group, new ArrayList<>(), false, true));
      byte[] message = MLSOutputStream.encode(commit.message);
      Group receiver = joiner.join(added.message, tree);
      process.time(() -> receiver.handle(message, null));
    }
    figures.putMillis("commit_blank", make.median());
    figures.putMillis("process_blank", process.median());
    messages(added.group, member);
    heap(added, joiner);
  }

  private void messages(Group sender, Group receiver) throws Exception {
    byte[] text = new byte[MESSAGE_BYTES];
    Stopwatch protect = Stopwatch.ofThread(BATCH);
    Stopwatch unprotect = Stopwatch.ofThread(BATCH);
    for (int round = 0; round < rounds; round++) {
      List<byte[]> sent = protect.time(() -> protectAll(sender, text));
      unprotect.time(() -> unprotectAll(receiver, sent));
    }
    figures.putMicros("protect", protect.median());
    figures.putMicros("unprotect", unprotect.median());
  }

  private static List<byte[]> protectAll(Group sender, byte[] text) throws Exception {
    List<byte[]> sent = new ArrayList<>();
    for (int i = 0; i < BATCH; i++) {
      sent.add(MLSOutputStream.encode(sender.protect(new byte[0], text, 0)));
    }
    return sent;
  }

  private static int unprotectAll(Group receiver, List<byte[]> sent) throws Exception {
    int bytes = 0;
    for (byte[] message : sent) {
      MLSMessage decoded = (MLSMessage) MLSInputStream.decode(message, MLSMessage.class);
      bytes += receiver.unprotect(decoded).length;
    }
    return bytes;
  }

  private void heap(Group.GroupWithMessage added, Person joiner) throws Exception {
    List<Group> held = new ArrayList<>();
    long before = Heap.used();
    for (int i = 0; i < rounds; i++) {
      held.add(joiner.join(added.message, added.group.getTree()));
    }
    figures.put("heap_mb", Heap.megabytes(Heap.used() - before, held.size()));
  }

  private Group.GroupWithMessage commit(
      Group group, List<Proposal> proposals, boolean inline, boolean path) throws Exception {
    byte[] leafSecret = new byte[32];
    random.nextBytes(leafSecret);
    return group.commit(
        new Secret(leafSecret),
        new Group.CommitOptions(proposals, inline, path, null),
        new Group.MessageOptions(true, new byte[0], 0),
        new Group.CommitParameters(Group.NORMAL_COMMIT_PARAMS));
  }
}
