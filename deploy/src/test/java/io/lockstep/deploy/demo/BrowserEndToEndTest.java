package io.lockstep.deploy.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.abort;

import io.lockstep.chainlog.grpc.WebOrigins;
import io.lockstep.client.AccountKey;
import io.lockstep.client.GroupOptions;
import io.lockstep.client.UserName;
import io.lockstep.deploy.node.LocalNode;
import io.lockstep.mls.GroupId;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A page in a real browser and two members in Java in one group: another MLS implementation, over
 * gRPC-Web.
 */
@Timeout(value = 600, unit = TimeUnit.SECONDS)
class BrowserEndToEndTest {
  private static final Path BROWSER = Path.of("browser", "chromium").toAbsolutePath();
  private static final Duration INSTALL_MAX = Duration.ofMinutes(5);
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final UserName BOB = new UserName("bob");
  private static final UserName CAROL = new UserName("carol");

  @TempDir private static Path dir;
  private LocalNode node;

  @Test
  void aPageAndJavaMembersTalkAndChangeTheGroupTogether() throws Exception {
    String executable;
    ExamplePage page;
    try {
      executable = Tool.run(Path.of("."), INSTALL_MAX, List.of(BROWSER.toString()));
      page = ExamplePage.build();
    } catch (Tool.Missing e) {
      abort("no browser test on this machine: " + e.getMessage());
      return;
    }
    try (page;
        LocalNode local =
            LocalNode.start(
                LocalNode.Options.in(dir.resolve("node"))
                    .withPassGrace(Duration.ofSeconds(5))
                    .withWeb(WebOrigins.of(List.of(page.origin())), 0))) {
      node = local;
      page.deploy(node);
      try (Device alice = enrolled("alice");
          Device bob = enrolled("bob");
          Chromium carol =
              Chromium.open(
                  executable, Files.createDirectory(dir.resolve("carol")), page.origin() + "/")) {
        talk(alice, bob, carol);
        assertEquals(
            "0", carol.evaluate("document.querySelectorAll('.fault, .unreadable').length"));
      }
    }
  }

  private Device enrolled(String name) {
    Device device = Device.open(node, dir, name);
    AccountKey account = AccountKey.generate(new SecureRandom());
    device.client().register(new UserName(name), account, "");
    device.enrol(new UserName(name), account, 10);
    return device;
  }

  private static void talk(Device alice, Device bob, Chromium carol) throws Exception {
    carol.await("document.querySelector('#ready:enabled')", PATIENCE);
    carol.evaluate("document.getElementById('name').value = 'carol'");
    carol.evaluate("document.getElementById('enrol').requestSubmit()");
    awaitLine(carol, "enrolled", "carol is client");

    GroupId group = alice.client().createGroup(GroupOptions.closed());
    alice.client().add(group, BOB, CAROL);
    awaitLine(carol, "joined", "epoch 1: alice, bob, carol");

    say(alice, group, "hello Carol, this is Alice");
    awaitLine(carol, "message", "alice: hello Carol, this is Alice");
    type(carol, "hello from a browser");
    alice.awaitText("hello from a browser");
    bob.awaitText("hello from a browser");
    awaitLine(carol, "message", "me: hello from a browser");

    // A Commit from Java: the page follows, and shows the new pass.
    bob.client().update(group);
    awaitLine(carol, "epoch", "epoch 2: alice, bob, carol");
    say(bob, group, "new keys");
    awaitLine(carol, "message", "bob: new keys");

    // A Commit from the page.
    carol.evaluate("document.getElementById('update').click()");
    awaitLine(carol, "epoch", "epoch 3: alice, bob, carol");
    type(carol, "new keys here too");
    alice.awaitText("new keys here too");
    bob.awaitText("new keys here too");
    assertEquals(3, alice.client().group(group).epoch());

    // Somebody goes, and the rest go on.
    alice.client().remove(group, BOB);
    awaitLine(carol, "epoch", "epoch 4: alice, carol");
    type(carol, "two of us");
    alice.awaitText("two of us");
    say(alice, group, "yes");
    awaitLine(carol, "message", "alice: yes");

    // The page is removed itself.
    alice.client().remove(group, CAROL);
    awaitLine(carol, "removed", "removed");
  }

  private static void say(Device device, GroupId group, String text) {
    var _ = device.client().send(group, text.getBytes(StandardCharsets.UTF_8));
  }

  private static void type(Chromium page, String text) throws Exception {
    page.evaluate("document.getElementById('text').value = '" + text + "'");
    page.evaluate("document.getElementById('composer').requestSubmit()");
  }

  private static void awaitLine(Chromium page, String kind, String text) throws Exception {
    try {
      page.await(
          "[...document.querySelectorAll('."
              + kind
              + "')].some(line => line.textContent.includes('"
              + text
              + "'))",
          PATIENCE);
    } catch (AssertionError e) {
      throw new AssertionError(
          "the page shows: " + page.evaluate("document.getElementById('log').innerText"), e);
    }
  }
}
