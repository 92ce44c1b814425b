package io.lockstep.deploy.demo;

import io.lockstep.client.AccountKey;
import io.lockstep.client.ClientEvent;
import io.lockstep.client.ClientEvent.MessageReceived;
import io.lockstep.client.ClientEvent.RemovedFromGroup;
import io.lockstep.client.ClientId;
import io.lockstep.client.GroupOptions;
import io.lockstep.client.GroupView;
import io.lockstep.client.LockstepException;
import io.lockstep.client.UserName;
import io.lockstep.deploy.Directories;
import io.lockstep.deploy.node.LocalNode;
import io.lockstep.mls.GroupId;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Alice, Bob and Charlie. Every step checks what it claims, and fails the scenario if it does not
 * hold; nothing in here is told to the services but through the public API.
 */
final class Scenario implements AutoCloseable {
  private static final UserName ALICE = new UserName("alice");
  private static final UserName BOB = new UserName("bob");
  private static final UserName CHARLIE = new UserName("charlie");
  private static final int KEY_PACKAGES = 10;

  private final LocalNode node;
  private final Path directory;
  private final Steps steps;
  private final SecureRandom random = new SecureRandom();
  private final List<Device> devices = new ArrayList<>();

  private AccountKey bobsAccount;
  private Device alice;
  private Device bob;
  private Device charlie;
  private Device bobsTablet;
  private GroupId group;

  Scenario(LocalNode node, Path directory, Steps steps) {
    this.node = node;
    this.directory = directory;
    this.steps = steps;
  }

  void play() throws Exception {
    steps.step(
        "Alice, Bob and Charlie get accounts by invitation, credentials and tokens",
        this::enrolAll);
    steps.step("Alice creates a group and adds Bob and Charlie in one Commit", this::createGroup);
    steps.step("all three talk, and see the same messages in the same order", this::talk);
    steps.step("Bob updates his keys: everybody is in the next epoch", this::bobUpdates);
    steps.step("Charlie is removed, and cannot read what follows", this::removeCharlie);
    steps.step("a second device of Bob joins", this::addBobsTablet);
    steps.step(
        "Bob's first device loses its state and comes back by external Commit", this::bobComesBack);
    steps.step("Alice and both devices of Bob talk", this::talkAgain);
  }

  private void enrolAll() throws Exception {
    bobsAccount = AccountKey.generate(random);
    alice = enrol("alice", ALICE, AccountKey.generate(random));
    bob = enrol("bob", BOB, bobsAccount);
    charlie = enrol("charlie", CHARLIE, AccountKey.generate(random));
  }

  private Device enrol(String name, UserName user, AccountKey account) {
    Device device = open(name);
    device.client().register(user, account, node.createInvitation());
    device.enrol(user, account, KEY_PACKAGES);
    return device;
  }

  private Device open(String name) {
    Device device = Device.open(node, directory, name);
    devices.add(device);
    return device;
  }

  private void createGroup() throws Exception {
    group = alice.client().createGroup(GroupOptions.open());
    alice.client().add(group, BOB, CHARLIE);
    bob.await(ClientEvent.Joined.class);
    charlie.await(ClientEvent.Joined.class);
    requireMembers(3, alice, bob, charlie);
  }

  private void talk() throws Exception {
    List<Device> all = List.of(alice, bob, charlie);
    for (int i = 1; i <= 3; i++) {
      for (Device speaker : all) {
        say(speaker, speaker.name() + " says " + i);
      }
    }
    for (Device listener : all) {
      for (Device speaker : all) {
        if (speaker != listener) {
          listener.awaitText(speaker.name() + " says 3");
        }
      }
    }
    requireSameOrder(all);
  }

  private void bobUpdates() throws Exception {
    long before = epoch(bob);
    long sequence = bob.client().group(group).sequence();
    bob.client().update(group);
    for (Device member : List.of(alice, charlie)) {
      member.client().awaitSequence(group, sequence + 1);
    }
    requireEpoch(before + 1, alice, bob, charlie);
    say(alice, "new keys, Bob?");
    bob.awaitText("new keys, Bob?");
    charlie.awaitText("new keys, Bob?");
  }

  private void removeCharlie() throws Exception {
    alice.client().remove(group, CHARLIE);
    charlie.await(RemovedFromGroup.class);
    long had = charlie.received();
    say(alice, "Charlie is gone");
    bob.awaitText("Charlie is gone");
    ScenarioFailed.unless(charlie.received() == had, "Charlie read a message after his removal");
    try {
      charlie.client().send(group, "still here".getBytes(StandardCharsets.UTF_8));
      throw new ScenarioFailed("Charlie could send after his removal");
    } catch (LockstepException.WrongStanding expected) {
      // What must happen.
    }
    requireMembers(2, alice, bob);
  }

  private void addBobsTablet() throws Exception {
    bobsTablet = open("bobs-tablet");
    bobsTablet.enrol(BOB, bobsAccount, KEY_PACKAGES);
    alice.client().add(group, BOB);
    bobsTablet.await(ClientEvent.Joined.class);
    requireMembers(3, alice, bob, bobsTablet);
    say(bobsTablet, "this is Bob's tablet");
    alice.awaitText("this is Bob's tablet");
    bob.awaitText("this is Bob's tablet");
    ScenarioFailed.unless(
        bobsTablet.received() == 0, "a new device was given messages from before it joined");
  }

  private void bobComesBack() throws Exception {
    ClientId lost = bob.client().identity().orElseThrow().client();
    bob.close();
    Directories.deleteAll(bob.stateDirectory());
    bob = open("bob");
    bob.enrol(BOB, bobsAccount, KEY_PACKAGES);
    bob.client().resync(group, lost);
    requireMembers(3, alice, bob, bobsTablet);
  }

  private void talkAgain() throws Exception {
    List<Device> all = List.of(alice, bob, bobsTablet);
    for (Device speaker : all) {
      String text = "once more, from " + speaker.name();
      say(speaker, text);
      for (Device listener : all) {
        if (listener != speaker) {
          listener.awaitText(text);
        }
      }
    }
    requireEpoch(epoch(alice), bob, bobsTablet);
    ScenarioFailed.unless(
        charlie.texts().stream().noneMatch(text -> text.contains("once more")),
        "Charlie read a message after his removal");
  }

  /** Messages that were decrypted by a member other than their sender. */
  long delivered() {
    return devices.stream().mapToLong(Device::received).sum();
  }

  private void say(Device speaker, String text) {
    speaker.client().send(group, text.getBytes(StandardCharsets.UTF_8));
  }

  private long epoch(Device device) {
    return device.client().group(group).epoch();
  }

  /** Waits until each has seen what the others have, then compares. */
  private void requireMembers(int count, Device... members) throws Exception {
    catchUp(members);
    for (Device member : members) {
      GroupView view = member.client().group(group);
      ScenarioFailed.unless(
          view.members().size() == count,
          member.name() + " sees " + view.members().size() + " members, not " + count);
    }
    requireEpoch(epoch(members[0]), members);
  }

  private void requireEpoch(long epoch, Device... members) throws Exception {
    catchUp(members);
    for (Device member : members) {
      ScenarioFailed.unless(
          epoch(member) == epoch,
          member.name() + " is in epoch " + epoch(member) + ", not in " + epoch);
    }
  }

  private void catchUp(Device... members) throws Exception {
    long newest =
        Arrays.stream(members)
            .mapToLong(member -> member.client().group(group).sequence())
            .max()
            .orElseThrow();
    for (Device member : members) {
      member.client().awaitSequence(group, newest);
    }
  }

  /** The sequence numbers that any two devices were given the same message under are the same. */
  private static void requireSameOrder(List<Device> all) {
    for (Device device : all) {
      List<Long> order =
          device.events().stream()
              .filter(MessageReceived.class::isInstance)
              .map(event -> ((MessageReceived) event).sequence())
              .toList();
      ScenarioFailed.unless(
          order.equals(order.stream().sorted().distinct().toList()),
          device.name() + " was given messages out of order: " + order);
    }
    for (Device one : all) {
      for (Device other : all) {
        for (ClientEvent event : one.events()) {
          if (event instanceof MessageReceived message) {
            requireAgreement(message, other);
          }
        }
      }
    }
  }

  private static void requireAgreement(MessageReceived message, Device other) {
    for (ClientEvent event : other.events()) {
      if (event instanceof MessageReceived same && same.sequence() == message.sequence()) {
        ScenarioFailed.unless(
            Arrays.equals(same.data(), message.data()) && same.sender().equals(message.sender()),
            "two members were given different messages at " + message.sequence());
      }
    }
  }

  @Override
  public void close() {
    devices.forEach(Device::close);
  }
}
