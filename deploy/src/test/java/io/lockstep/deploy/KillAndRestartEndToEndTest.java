package io.lockstep.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lockstep.client.AccountKey;
import io.lockstep.client.ClientConfig;
import io.lockstep.client.ClientEvent;
import io.lockstep.client.ClientEvent.MessageReceived;
import io.lockstep.client.GroupOptions;
import io.lockstep.client.LockstepClient;
import io.lockstep.client.UserName;
import io.lockstep.client.cli.Profile;
import io.lockstep.client.state.StateKey;
import io.lockstep.mls.GroupId;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The whole node is killed while a member sends, several times, at moments drawn by a printed seed.
 * Every message that was acknowledged is delivered, once, under the sequence number that was
 * acknowledged.
 */
class KillAndRestartEndToEndTest {
  private static final int KILLS = 3;
  private static final int MESSAGES_BETWEEN_KILLS = 15;
  private static final Duration RECEIVED_MAX = Duration.ofSeconds(60);

  @TempDir private Path dir;

  @Test
  @Timeout(value = 240, unit = TimeUnit.SECONDS)
  void everyAcknowledgedMessageIsThereOnceAfterKills() throws Exception {
    long seed = Long.getLong("lockstep.seed", System.nanoTime());
    System.out.println("seed: -Dlockstep.seed=" + seed);
    Random moments = new Random(seed);
    NodeProcess.Ports ports = NodeProcess.Ports.free();
    Path data = dir.resolve("node");
    Path profile = dir.resolve("profile.properties");
    NodeProcess node = NodeProcess.start(data, profile, ports);
    try (LockstepClient alice = enrolled("alice", profile);
        LockstepClient bob = enrolled("bob", profile)) {
      List<MessageReceived> received = new ArrayList<>();
      bob.listen(
          event -> {
            if (event instanceof MessageReceived message) {
              synchronized (received) {
                received.add(message);
                received.notifyAll();
              }
            }
          });
      GroupId group = alice.createGroup(GroupOptions.closed());
      alice.add(group, new UserName("bob"));

      var acknowledged = new ConcurrentSkipListMap<Long, String>();
      AtomicInteger sent = new AtomicInteger();
      AtomicBoolean enough = new AtomicBoolean();
      CompletableFuture<Void> sending =
          CompletableFuture.runAsync(
              () -> {
                while (!enough.get()) {
                  String text = "message " + sent.incrementAndGet();
                  long sequence = alice.send(group, bytes(text)).sequence();
                  acknowledged.put(sequence, text);
                }
              });
      for (int kill = 0; kill < KILLS; kill++) {
        awaitCount(acknowledged, acknowledged.size() + MESSAGES_BETWEEN_KILLS, sending);
        LockSupport.parkNanos(moments.nextInt(20_000_000));
        node.kill();
        node = NodeProcess.start(data, profile, ports);
      }
      awaitCount(acknowledged, acknowledged.size() + MESSAGES_BETWEEN_KILLS, sending);
      enough.set(true);
      sending.get(RECEIVED_MAX.toSeconds(), TimeUnit.SECONDS);

      bob.awaitSequence(group, acknowledged.lastKey());
      awaitReceived(received, acknowledged.size());
      synchronized (received) {
        assertEquals(sent.get(), acknowledged.size(), "every send was acknowledged in the end");
        assertEquals(
            List.copyOf(acknowledged.values()),
            received.stream().map(KillAndRestartEndToEndTest::text).toList());
        assertEquals(
            List.copyOf(acknowledged.keySet()),
            received.stream().map(MessageReceived::sequence).toList());
      }
      System.out.printf("%d kills, %d messages acknowledged and received%n", KILLS, sent.get());
    } finally {
      node.close();
    }
  }

  private LockstepClient enrolled(String name, Path profileFile) throws Exception {
    Profile profile = Profile.read(profileFile);
    LockstepClient client =
        LockstepClient.open(
            ClientConfig.of(
                dir.resolve(name),
                StateKey.passphrase("a passphrase"),
                profile.gateway(),
                profile.authentication(),
                profile.trustAnchor()));
    UserName user = new UserName(name);
    AccountKey account = AccountKey.generate(new SecureRandom());
    client.register(user, account, "");
    client.enrol(user, account);
    client.publishKeyPackages(5);
    return client;
  }

  private static void awaitCount(
      ConcurrentSkipListMap<Long, String> acknowledged, int count, CompletableFuture<Void> sending)
      throws Exception {
    while (acknowledged.size() < count) {
      assertTrue(!sending.isCompletedExceptionally(), () -> "sending failed: " + failure(sending));
      LockSupport.parkNanos(1_000_000);
    }
  }

  private static Throwable failure(CompletableFuture<Void> sending) {
    return sending.handle((ok, failure) -> failure).join();
  }

  private static void awaitReceived(List<MessageReceived> received, int count)
      throws InterruptedException {
    long deadline = System.nanoTime() + RECEIVED_MAX.toNanos();
    synchronized (received) {
      while (received.size() < count && System.nanoTime() < deadline) {
        received.wait(100);
      }
    }
  }

  private static String text(ClientEvent.MessageReceived message) {
    return new String(message.data(), StandardCharsets.UTF_8);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
