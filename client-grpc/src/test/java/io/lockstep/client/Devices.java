package io.lockstep.client;

import io.lockstep.client.fake.FakeCell;
import io.lockstep.client.state.StateKey;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.Assertions;

/** Clients of a test and what they were told. */
final class Devices implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final FakeCell cell;
  private final Path directory;
  private final SecureRandom random = new SecureRandom();
  private final Map<String, AccountKey> accounts = new HashMap<>();
  private final List<Device> open = new ArrayList<>();

  Devices(Path directory) {
    this.directory = directory;
    this.cell = FakeCell.start(directory);
  }

  FakeCell cell() {
    return cell;
  }

  /** A client and the events that it has given so far. */
  static final class Device {
    final LockstepClient client;
    final List<ClientEvent> events = new ArrayList<>();

    Device(LockstepClient client) {
      this.client = client;
    }

    /** Takes events until there is one as wanted; earlier ones that nobody waited for count. */
    <T extends ClientEvent> T await(Class<T> type, Predicate<T> wanted) throws Exception {
      long end = System.nanoTime() + PATIENCE.toNanos();
      int next = 0;
      while (true) {
        for (; next < events.size(); next++) {
          if (type.isInstance(events.get(next)) && wanted.test(type.cast(events.get(next)))) {
            return type.cast(events.get(next));
          }
        }
        long left = end - System.nanoTime();
        Assertions.assertTrue(left > 0, () -> "no such " + type.getSimpleName() + " in " + events);
        client.poll(Duration.ofNanos(left)).ifPresent(events::add);
      }
    }

    <T extends ClientEvent> T await(Class<T> type) throws Exception {
      return await(type, ignored -> true);
    }

    String awaitText(String text) throws Exception {
      ClientEvent.MessageReceived message =
          await(ClientEvent.MessageReceived.class, m -> text(m).equals(text));
      return message.sender().user().value();
    }

    List<String> texts() {
      return events.stream()
          .filter(e -> e instanceof ClientEvent.MessageReceived)
          .map(e -> text((ClientEvent.MessageReceived) e))
          .toList();
    }

    static String text(ClientEvent.MessageReceived message) {
      return new String(message.data(), StandardCharsets.UTF_8);
    }

    ClientId id() {
      return client.identity().orElseThrow().client();
    }
  }

  ClientConfig config(String name) {
    ClientLimits limits =
        ClientLimits.defaults()
            .withOperation(PATIENCE)
            .withBackoff(Duration.ofMillis(10), Duration.ofMillis(100))
            .withAutoCommitStep(Duration.ofMillis(20));
    byte[] key = new byte[StateKey.RAW_LENGTH];
    return ClientConfig.of(
            directory.resolve(name),
            StateKey.raw(key),
            cell.target(),
            cell.target(),
            cell.trustAnchor())
        .withLimits(limits);
  }

  /** Opens a state directory as it is. */
  Device open(String name) {
    return open(config(name));
  }

  Device open(ClientConfig config) {
    Device device = new Device(LockstepClient.open(config));
    open.add(device);
    return device;
  }

  /** A new device of a user, enrolled and with key packages. */
  Device enrol(String user, String name) {
    Device device = open(name);
    UserName userName = new UserName(user);
    AccountKey account = accounts.computeIfAbsent(user, ignored -> AccountKey.generate(random));
    device.client.register(userName, account, "");
    device.client.enrol(userName, account);
    device.client.publishKeyPackages(3);
    return device;
  }

  @Override
  public void close() {
    for (Device device : open) {
      device.client.close();
    }
    cell.close();
  }
}
