package io.lockstep.mls;

import static io.lockstep.mls.TestClient.CONTEXT;
import static io.lockstep.mls.TestClient.GROUP_ID;
import static io.lockstep.mls.TestClient.LIFETIME;
import static io.lockstep.mls.TestClient.SUITE;
import static io.lockstep.mls.TestClient.utf8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class GroupRecordsPropertyTest {
  private static final int MEMBERS_AT_FIRST = 4;

  /** What a client has on its disk, and in memory. */
  private static final class Client {
    private final SignatureKeyPair keys;
    private final KeyPackageBundle bundle;
    private final List<byte[]> inFlight = new ArrayList<>();
    private final Map<RecordKey, byte[]> disk = new TreeMap<>();
    private Group group;

    Client(String name, SecureRandom random) {
      this.keys = SignatureKeyPair.generate(SUITE, random);
      Credential credential = new BasicCredential(utf8(name));
      this.bundle =
          KeyPackageBundle.generate(keys, credential, LIFETIME, KeyPackageUse.ONCE, random);
    }

    void starts(Group first) throws MlsException {
      disk.clear();
      disk.putAll(first.records());
      group = first;
      checkDisk();
    }

    void goesOn(Group next) throws MlsException {
      next.changesSince(group).applyTo(disk);
      group = next;
      checkDisk();
    }

    void restarts() throws MlsException {
      group = Group.fromRecords(disk);
    }

    private void checkDisk() throws MlsException {
      assertEquals(readable(group.records()), readable(disk));
      assertArrayEquals(group.encode(), Group.fromRecords(disk).encode());
    }

    private static Map<RecordKey, String> readable(Map<RecordKey, byte[]> records) {
      Map<RecordKey, String> readable = new TreeMap<>();
      records.forEach((key, value) -> readable.put(key, HexFormat.of().formatHex(value)));
      return readable;
    }
  }

  private final List<Client> clients = new ArrayList<>();
  private SecureRandom random;
  private int named;

  @Property(tries = 25, seed = "4711")
  void changesMakeTheStoredRecordsThoseOfTheNewestState(
      @ForAll @Size(min = 5, max = 40) List<@IntRange(min = 0, max = 9) Integer> steps,
      @ForAll @IntRange(min = 0) int seed)
      throws Exception {
    random = TestClient.random(seed);
    clients.clear();
    Client creator = client();
    clients.add(creator);
    creator.starts(
        Group.create(
            GROUP_ID,
            creator.keys,
            creator.bundle.keyPackage().credential(),
            LIFETIME,
            List.of(),
            random));
    while (clients.size() < MEMBERS_AT_FIRST) {
      add();
    }
    for (int step : steps) {
      step(step);
    }
  }

  private void step(int step) throws Exception {
    Client one = clients.get(random.nextInt(clients.size()));
    switch (step) {
      case 0, 1, 2 -> says(one);
      case 3, 4 -> reads(one);
      case 5 -> proposesUpdate(one);
      case 6 -> commits(one, CommitOptions.empty().forcePath());
      case 7 -> add();
      case 8 -> removes(one);
      case 9 -> one.restarts();
      default -> throw new IllegalArgumentException("step " + step);
    }
  }

  private Client client() {
    return new Client("client " + named++, random);
  }

  private void says(Client sender) throws MlsException {
    if (sender.group.hasPendingProposals()) {
      return;
    }
    Protected message = sender.group.protect(utf8("text"), new byte[0], random);
    sender.goesOn(message.next());
    for (Client other : clients) {
      if (other != sender) {
        other.inFlight.add(message.message());
      }
    }
  }

  /** In any order: keys that are passed over are kept, those of old epochs too. */
  private void reads(Client reader) throws MlsException {
    if (!reader.inFlight.isEmpty()) {
      byte[] message = reader.inFlight.remove(random.nextInt(reader.inFlight.size()));
      try {
        reader.goesOn(reader.group.process(message, CONTEXT).next());
      } catch (MlsException.WrongEpoch tooLate) {
        // An epoch that is no longer kept: nothing to store.
      }
    }
  }

  private void proposesUpdate(Client proposer) throws MlsException {
    Proposed proposed = proposer.group.proposeUpdate(HandshakeOptions.privateMessage(), random);
    proposer.goesOn(proposed.next());
    tellOthers(proposer, proposed.message());
  }

  private void add() throws MlsException {
    Client committer = clients.get(random.nextInt(clients.size()));
    Client joiner = client();
    CommitOptions options = CommitOptions.empty().add(joiner.bundle.keyPackage());
    PendingCommit commit = commits(committer, options.ratchetTreeInWelcome());
    joiner.starts(Group.join(commit.welcome().orElseThrow(), joiner.bundle, joiner.keys, CONTEXT));
    clients.add(joiner);
  }

  private void removes(Client removed) throws MlsException {
    if (clients.size() > 2) {
      clients.remove(removed);
      Client committer = clients.get(random.nextInt(clients.size()));
      commits(committer, CommitOptions.empty().remove(removed.group.ownLeaf()));
    }
  }

  private PendingCommit commits(Client committer, CommitOptions options) throws MlsException {
    PendingCommit commit = committer.group.commit(options, CONTEXT, random);
    committer.goesOn(commit.next());
    tellOthers(committer, commit.commit());
    return commit;
  }

  private void tellOthers(Client sender, byte[] message) throws MlsException {
    for (Client other : clients) {
      if (other != sender) {
        other.goesOn(other.group.process(message, CONTEXT).next());
      }
    }
  }
}
