package io.lockstep.deploy.demo;

import io.lockstep.client.AccountKey;
import io.lockstep.client.ClientConfig;
import io.lockstep.client.ClientEvent;
import io.lockstep.client.LockstepClient;
import io.lockstep.client.ServiceTarget;
import io.lockstep.client.UserName;
import io.lockstep.client.state.StateKey;
import io.lockstep.deploy.node.LocalNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** One device of a user, and everything that it has been told. */
final class Device implements AutoCloseable {
  private static final Duration EVENT_MAX = Duration.ofSeconds(30);

  private final String name;
  private final Path stateDirectory;
  private final LockstepClient client;
  private final List<ClientEvent> events = new ArrayList<>();

  private Device(String name, Path stateDirectory, LockstepClient client) {
    this.name = name;
    this.stateDirectory = stateDirectory;
    this.client = client;
  }

  /** Opens a device on a node; what it has to remember is in a directory of its name. */
  static Device open(LocalNode node, Path directory, String name) {
    Path state = directory.resolve(name);
    ClientConfig config =
        ClientConfig.of(
            state,
            StateKey.passphrase("the passphrase of " + name),
            ServiceTarget.plaintext(node.gatewayTarget()),
            ServiceTarget.plaintext(node.authenticationTarget()),
            node.trustAnchor());
    Device device = new Device(name, state, LockstepClient.open(config));
    device.client.listen(device::record);
    return device;
  }

  /** Makes this a client of the user's account, with key packages for others to claim. */
  void enrol(UserName user, AccountKey account, int keyPackages) {
    client.enrol(user, account);
    client.publishKeyPackages(keyPackages);
  }

  LockstepClient client() {
    return client;
  }

  String name() {
    return name;
  }

  Path stateDirectory() {
    return stateDirectory;
  }

  private synchronized void record(ClientEvent event) {
    events.add(event);
    notifyAll();
  }

  synchronized List<ClientEvent> events() {
    return List.copyOf(events);
  }

  /** Texts of all messages received, in order. */
  synchronized List<String> texts() {
    return events.stream()
        .filter(ClientEvent.MessageReceived.class::isInstance)
        .map(ClientEvent.MessageReceived.class::cast)
        .map(message -> new String(message.data(), StandardCharsets.UTF_8))
        .toList();
  }

  long received() {
    return texts().size();
  }

  /** Waits until an event of this kind is there that the condition holds for. */
  synchronized <E extends ClientEvent> E await(Class<E> kind, Predicate<E> condition)
      throws InterruptedException {
    long deadline = System.nanoTime() + EVENT_MAX.toNanos();
    while (true) {
      for (ClientEvent event : events) {
        if (kind.isInstance(event) && condition.test(kind.cast(event))) {
          return kind.cast(event);
        }
      }
      long left = deadline - System.nanoTime();
      if (left <= 0) {
        throw new ScenarioFailed(
            name
                + " waited "
                + EVENT_MAX.toSeconds()
                + " s for "
                + kind.getSimpleName()
                + "; it has had "
                + events);
      }
      wait(Math.max(1, left / 1_000_000));
    }
  }

  <E extends ClientEvent> E await(Class<E> kind) throws InterruptedException {
    return await(kind, event -> true);
  }

  void awaitText(String text) throws InterruptedException {
    await(
        ClientEvent.MessageReceived.class,
        message -> new String(message.data(), StandardCharsets.UTF_8).equals(text));
  }

  @Override
  public void close() {
    client.close();
  }
}
