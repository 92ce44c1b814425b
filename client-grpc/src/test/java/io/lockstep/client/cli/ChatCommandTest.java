package io.lockstep.client.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lockstep.client.fake.FakeCell;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class ChatCommandTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  @TempDir Path directory;

  /** Types when the test says so, and remembers what it shows. */
  private static final class ScriptedScreen implements Screen {
    private final BlockingQueue<Optional<String>> typed = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> shown = new LinkedBlockingQueue<>();
    private final List<String> seen = new ArrayList<>();

    @Override
    public Optional<String> readLine(String prompt) {
      try {
        return typed.take();
      } catch (InterruptedException e) {
        return Optional.empty();
      }
    }

    @Override
    public void print(String line) {
      shown.add(line);
    }

    @Override
    public void close() {}

    void type(String line) {
      typed.add(Optional.of(line));
    }

    void await(Predicate<String> wanted) throws InterruptedException {
      while (seen.stream().noneMatch(wanted)) {
        String line = shown.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        assertTrue(line != null, () -> "not shown; shown was " + seen);
        seen.add(line);
      }
    }

    void await(String line) throws InterruptedException {
      await(line::equals);
    }
  }

  private Thread chat(FakeCell cell, String user, ScriptedScreen screen) throws Exception {
    Path profile = directory.resolve("profile.properties");
    new Profile(cell.target(), cell.target(), cell.trustAnchor()).write(profile);
    ChatCommand command = new ChatCommand();
    new CommandLine(command)
        .parseArgs(
            "--as", user,
            "--profile", profile.toString(),
            "--state", directory.resolve(user).toString(),
            "--state-key", directory.resolve(user + ".key").toString(),
            "--account-key", directory.resolve(user + ".pem").toString());
    return Thread.startVirtualThread(
        () -> {
          try {
            assertEquals(0, command.run(screen));
          } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
          }
        });
  }

  @Test
  void twoPeopleTalk() throws Exception {
    try (FakeCell cell = FakeCell.start(directory)) {
      ScriptedScreen alice = new ScriptedScreen();
      ScriptedScreen bob = new ScriptedScreen();
      Thread first = chat(cell, "alice", alice);
      Thread second = chat(cell, "bob", bob);
      bob.await(line -> line.startsWith("* /new"));
      alice.type("/new tea");
      alice.await("* talking in tea");
      alice.type("/add bob");
      bob.await("* this group is called tea");
      alice.type("hello bob\u001b[2J");
      bob.await("alice: hello bob [2J");
      bob.type("hello alice");
      alice.await("bob: hello alice");
      bob.type("/members");
      bob.await(line -> line.startsWith("  bob (") && line.endsWith("this device)"));
      bob.type("/nonsense");
      bob.await(line -> line.startsWith("! no such command"));
      bob.type("/add nobody");
      bob.await(line -> line.contains("UNKNOWN_USER"));
      alice.type("/remove bob");
      bob.await("* you are out of tea");
      alice.type("/quit");
      bob.type("/quit");
      first.join();
      second.join();
    }
  }
}
