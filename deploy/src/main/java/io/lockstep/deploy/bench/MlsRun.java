package io.lockstep.deploy.bench;

import io.lockstep.deploy.bench.MlsPeople.Person;
import io.lockstep.mls.CommitOptions;
import io.lockstep.mls.Effect;
import io.lockstep.mls.Group;
import io.lockstep.mls.KeyPackageBundle;
import io.lockstep.mls.MlsException;
import io.lockstep.mls.PendingCommit;
import io.lockstep.mls.Protected;
import io.lockstep.mls.RecordChanges;
import io.lockstep.mls.RecordKey;
import io.lockstep.mls.SignatureKeyPair;
import io.lockstep.mls.crypto.CipherSuite;
import io.lockstep.mls.message.Proposal;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/** All figures of the engine for one size of group, in the process that it runs in. */
final class MlsRun {
  private static final CipherSuite SUITE = CipherSuite.MLS_128_DHKEMX25519_AES128GCM_SHA256_ED25519;

  /** Rounds of what takes seconds in a large group. */
  private static final int LONG_ROUNDS_MAX = 3;

  private static final int BATCH = 100;
  private static final int SHORT_ROUNDS = 31;
  private static final int WARM_MEMBERS = 64;
  private static final int WARM_TURNS = 6;
  private static final int MESSAGE_BYTES = 200;
  private static final int HEAP_GROUPS = 3;

  private final int members;
  private final int rounds;
  private final boolean inlineTree;
  private final MlsFigures figures;
  private final Progress progress;
  private final SecureRandom random = new SecureRandom();
  private final MlsPeople people = new MlsPeople(SUITE, random);

  private MlsRun(
      int members, int rounds, boolean inlineTree, MlsFigures figures, Progress progress) {
    this.members = members;
    this.rounds = rounds;
    this.inlineTree = inlineTree;
    this.figures = figures;
    this.progress = progress;
  }

  static void run(
      int members, int rounds, boolean inlineTree, MlsFigures figures, Progress progress)
      throws Exception {
    progress.step("warming up");
    for (int i = 0; i < WARM_TURNS; i++) {
      new MlsRun(WARM_MEMBERS, 2, true, MlsFigures.empty(), text -> {}).measure();
    }
    new MlsRun(members, rounds, inlineTree, figures, progress).measure();
  }

  private void measure() throws Exception {
    keyPackages();
    progress.step("making " + members + " clients");
    Fresh fresh = new Fresh(people.people(members));
    fresh.addAll();
    fresh.join();
    fresh.commit();
    fresh.heap();
    progress.step("populating a tree");
    PopulatedGroup pair = PopulatedGroup.of(SUITE, members, people, random);
    populated(pair);
    messages(pair);
    state(pair);
  }

  private void keyPackages() throws Exception {
    SignatureKeyPair keys = SignatureKeyPair.generate(SUITE, random);
    KeyPackageBundle made = people.bundle(keys, 0);
    Stopwatch generate = Stopwatch.ofThread(BATCH);
    Stopwatch verify = Stopwatch.ofThread(BATCH);
    for (int round = 0; round < rounds; round++) {
      generate.time(() -> repeat(() -> people.bundle(keys, 0)));
      verify.time(() -> repeat(() -> people.verify(made.keyPackage())));
    }
    figures.putMicros("key_package_generate", generate.median());
    figures.putMicros("key_package_verify", verify.median());
    figures.put("key_package_bytes", made.keyPackage().encode().length);
  }

  /** One thing that the RFC lets a client do. */
  @FunctionalInterface
  private interface Step {
    void run() throws MlsException;
  }

  private static int repeat(Step step) throws MlsException {
    for (int i = 0; i < BATCH; i++) {
      step.run();
    }
    return BATCH;
  }

  private int longRounds() {
    return Math.min(rounds, LONG_ROUNDS_MAX);
  }

  /** A group that one Commit makes: every parent node of its tree is blank. */
  private final class Fresh {
    private final List<Person> all;
    private final Group alone;
    private final CommitOptions add;
    private byte[] welcome;
    private byte[] tree;
    private Group creator;
    private Group member;

    Fresh(List<Person> all) throws MlsException {
      this.all = all;
      this.alone = people.create(all.getFirst());
      this.add =
          CommitOptions.empty()
              .proposeAll(
                  all.subList(1, all.size()).stream()
                      .map(person -> new Proposal.Add(person.bundle().keyPackage()))
                      .toList());
    }

    void addAll() throws Exception {
      progress.step("adding all");
      Stopwatch watch = Stopwatch.ofProcess();
      PendingCommit commit = null;
      for (int round = 0; round < longRounds(); round++) {
        commit = watch.time(() -> alone.commit(add, people.context(), random));
      }
      figures.putMillis("add_all", watch.median());
      figures.put("add_all_commit_bytes", commit.commit().length);
      creator = commit.next();
      welcome = commit.welcome().orElseThrow();
      tree = creator.ratchetTree();
      figures.put("welcome_bytes", welcome.length);
      figures.put("tree_blank_bytes", tree.length);
      if (inlineTree) {
        addAllWithTree();
      }
    }

    private void addAllWithTree() throws Exception {
      progress.step("adding all, tree inside the Welcome");
      Stopwatch watch = Stopwatch.ofProcess();
      byte[] inline = null;
      for (int round = 0; round < longRounds(); round++) {
        inline =
            watch
                .time(() -> alone.commit(add.ratchetTreeInWelcome(), people.context(), random))
                .welcome()
                .orElseThrow();
      }
      figures.putMillis("welcome_inline", watch.median());
      figures.put("welcome_inline_bytes", inline.length);
      people.join(inline, all.getLast());
    }

    void join() throws Exception {
      progress.step("joining");
      Stopwatch watch = Stopwatch.ofProcess();
      for (int round = 0; round < longRounds(); round++) {
        member = watch.time(() -> people.join(welcome, all.getLast(), tree));
      }
      figures.putMillis("join", watch.median());
    }

    void commit() throws Exception {
      progress.step("committing in a blank tree");
      Stopwatch make = Stopwatch.ofProcess();
      Stopwatch process = Stopwatch.ofThread();
      PendingCommit commit = null;
      for (int round = 0; round < longRounds(); round++) {
        commit = make.time(this::emptyCommit);
      }
      figures.put("commit_blank_bytes", commit.commit().length);
      for (int round = 0; round < rounds; round++) {
        byte[] message = commit.commit();
        Group next = process.time(() -> processed(member, message));
        if (!Arrays.equals(commit.next().epochAuthenticator(), next.epochAuthenticator())) {
          throw new IllegalStateException("the members disagree after a Commit");
        }
      }
      figures.putMillis("commit_blank", make.median());
      figures.putMillis("process_blank", process.median());
    }

    private PendingCommit emptyCommit() throws MlsException {
      return creator.commit(CommitOptions.empty().forcePath(), people.context(), random);
    }

    void heap() throws MlsException {
      member = null;
      creator = null;
      List<Group> held = new ArrayList<>();
      long before = Heap.used();
      for (int i = 0; i < HEAP_GROUPS; i++) {
        held.add(people.join(welcome, all.getLast(), tree));
      }
      figures.put("heap_mb", Heap.megabytes(Heap.used() - before, held.size()));
    }
  }

  private void populated(PopulatedGroup pair) throws Exception {
    progress.step("committing in a full tree");
    Stopwatch make = Stopwatch.ofThread();
    Stopwatch process = Stopwatch.ofThread();
    for (int round = 0; round < Math.max(rounds, SHORT_ROUNDS); round++) {
      PendingCommit commit = make.time(pair::commit);
      process.time(() -> pair.process(commit));
      pair.follow(commit);
      if (round == 0) {
        figures.put("commit_populated_bytes", commit.commit().length);
      }
      pair.swap();
    }
    figures.putMillis("commit_populated", make.median());
    figures.putMillis("process_populated", process.median());
    figures.put("tree_populated_bytes", pair.first().ratchetTree().length);
  }

  private void messages(PopulatedGroup pair) throws Exception {
    byte[] text = new byte[MESSAGE_BYTES];
    Stopwatch protect = Stopwatch.ofThread(BATCH);
    Stopwatch unprotect = Stopwatch.ofThread(BATCH);
    Group sender = pair.first();
    Group receiver = pair.second();
    for (int round = 0; round < Math.max(rounds, SHORT_ROUNDS); round++) {
      Group from = sender;
      List<Protected> sent = protect.time(() -> protectAll(from, text));
      sender = sent.getLast().next();
      Group to = receiver;
      receiver = unprotect.time(() -> processAll(to, sent));
    }
    figures.putMicros("protect", protect.median());
    figures.putMicros("unprotect", unprotect.median());
    figures.put("message_200_bytes", sender.protect(text, new byte[0], random).message().length);
  }

  private List<Protected> protectAll(Group group, byte[] text) throws MlsException {
    List<Protected> sent = new ArrayList<>();
    Group from = group;
    for (int i = 0; i < BATCH; i++) {
      Protected one = from.protect(text, new byte[0], random);
      sent.add(one);
      from = one.next();
    }
    return sent;
  }

  private Group processAll(Group group, List<Protected> sent) throws MlsException {
    Group to = group;
    for (Protected one : sent) {
      to = processed(to, one.message());
    }
    return to;
  }

  private void state(PopulatedGroup pair) throws Exception {
    progress.step("storing and loading");
    Group group = pair.first();
    Protected message = group.protect(new byte[MESSAGE_BYTES], new byte[0], random);
    Protected another = message.next().protect(new byte[MESSAGE_BYTES], new byte[0], random);
    put("state_write_message", another.next().changesSince(message.next()));
    put("state_write_commit", pair.commit().next().changesSince(group));
    SortedMap<RecordKey, byte[]> stored = group.records();
    figures.put("state_bytes", bytes(stored));
    Stopwatch load = Stopwatch.ofThread();
    for (int round = 0; round < longRounds(); round++) {
      load.time(() -> Group.fromRecords(stored));
    }
    figures.putMillis("state_load", load.median());
    List<Group> held = new ArrayList<>();
    long before = Heap.used();
    for (int i = 0; i < HEAP_GROUPS; i++) {
      held.add(Group.fromRecords(stored));
    }
    figures.put("heap_populated_mb", Heap.megabytes(Heap.used() - before, held.size()));
  }

  private void put(String name, RecordChanges changes) {
    figures.put(name + "_records", changes.puts().size() + changes.deletes().size());
    figures.put(name + "_bytes", bytes(changes.puts()));
  }

  private static int bytes(SortedMap<RecordKey, byte[]> records) {
    int bytes = 0;
    for (Map.Entry<RecordKey, byte[]> each : records.entrySet()) {
      bytes += each.getKey().bytes().length + each.getValue().length;
    }
    return bytes;
  }

  private Group processed(Group group, byte[] message) throws MlsException {
    Effect effect = group.process(message, people.context());
    return effect.next();
  }
}
