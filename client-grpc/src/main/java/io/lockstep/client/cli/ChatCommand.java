package io.lockstep.client.cli;

import io.lockstep.client.AccountKey;
import io.lockstep.client.ClientConfig;
import io.lockstep.client.LockstepClient;
import io.lockstep.client.LockstepException;
import io.lockstep.client.ServiceTarget;
import io.lockstep.client.UserName;
import io.lockstep.client.state.StateException;
import io.lockstep.client.state.StateKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code lockstep chat}: registers and enrols at first use, then talks. */
@Command(
    name = "chat",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "Talk in end-to-end encrypted groups. /help shows what can be typed.")
public final class ChatCommand implements Callable<Integer> {
  private static final int KEY_PACKAGES = 20;
  private static final int FAILURE = 1;
  private static final String PASSPHRASE = "LOCKSTEP_PASSPHRASE";

  @Option(names = "--as", required = true, paramLabel = "NAME", description = "Who you are.")
  private String user;

  @Option(
      names = "--profile",
      paramLabel = "FILE",
      description = "Where the services are (default: ~/.lockstep/profile.properties).")
  private Optional<Path> profile = Optional.empty();

  @Option(
      names = "--gateway",
      paramLabel = "HOST:PORT",
      description = "Instead of the profile's gateway.")
  private Optional<String> gateway = Optional.empty();

  @Option(
      names = "--as-target",
      paramLabel = "HOST:PORT",
      description = "Instead of the profile's Authentication Service.")
  private Optional<String> authentication = Optional.empty();

  @Option(
      names = "--group",
      paramLabel = "GROUP",
      description = "The group to talk in, as soon as there is one of this name.")
  private Optional<String> group = Optional.empty();

  @Option(
      names = "--state",
      paramLabel = "DIR",
      description =
          "State of this device (default: ~/.lockstep/NAME). A second device needs another.")
  private Optional<Path> state = Optional.empty();

  @Option(
      names = "--account-key",
      paramLabel = "FILE",
      description =
          "Key of the account, made at first use (default: ~/.lockstep/accounts/NAME.pem).")
  private Optional<Path> accountKey = Optional.empty();

  @Option(
      names = "--state-key",
      paramLabel = "FILE",
      description =
          "Key that encrypts the state, made at first use (default: in ~/.lockstep/keys). If the"
              + " environment has "
              + PASSPHRASE
              + ", that is used instead.")
  private Optional<Path> stateKey = Optional.empty();

  @Option(
      names = "--invitation",
      paramLabel = "CODE",
      description = "Where registration needs one.")
  private String invitation = "";

  private final SecureRandom random = new SecureRandom();

  @Override
  public Integer call() throws IOException {
    try (Screen screen = Screen.open()) {
      return run(screen);
    }
  }

  int run(Screen screen) throws IOException {
    try (LockstepClient client = LockstepClient.open(config())) {
      if (client.identity().isEmpty()) {
        enrol(client);
        screen.print("* you are " + user);
      }
      new Chat(client, screen, group).run();
      return 0;
    } catch (LockstepException | StateException | IllegalArgumentException | IOException e) {
      screen.print("! " + e.getMessage());
      return FAILURE;
    }
  }

  private void enrol(LockstepClient client) throws IOException {
    UserName name = new UserName(user);
    AccountKey account = account();
    client.register(name, account, invitation);
    client.enrol(name, account);
    client.publishKeyPackages(KEY_PACKAGES);
  }

  private AccountKey account() throws IOException {
    Path file = accountKey.orElseGet(() -> home().resolve("accounts").resolve(user + ".pem"));
    if (!Files.exists(file)) {
      Files.createDirectories(file.toAbsolutePath().getParent());
      AccountKey.generate(random).write(file);
    }
    return AccountKey.read(file);
  }

  private ClientConfig config() throws IOException {
    String name = new UserName(user).value();
    Path file = profile.orElseGet(Profile::defaultPath);
    if (!Files.exists(file)) {
      throw new IOException("no profile at " + file + ": start \"lockstep up\", or give --profile");
    }
    Profile targets = Profile.read(file);
    Path directory = state.orElseGet(() -> home().resolve(name));
    return ClientConfig.of(
        directory,
        key(directory),
        target(gateway, targets.gateway()),
        target(authentication, targets.authentication()),
        targets.trustAnchor());
  }

  private static ServiceTarget target(Optional<String> given, ServiceTarget otherwise) {
    return given.map(text -> ServiceTarget.parse(text, otherwise.trust())).orElse(otherwise);
  }

  private StateKey key(Path directory) {
    String passphrase = System.getenv(PASSPHRASE);
    if (passphrase != null && !passphrase.isEmpty()) {
      return StateKey.passphrase(passphrase);
    }
    String name = directory.toAbsolutePath().getFileName() + ".key";
    return StateKey.file(stateKey.orElseGet(() -> home().resolve("keys").resolve(name)), random);
  }

  private static Path home() {
    return Profile.defaultPath().getParent();
  }
}
