package io.lockstep.mls.interop;

import static org.junit.jupiter.api.Assertions.fail;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.opentest4j.TestAbortedException;

/**
 * The npm packages of src/test/ts-mls, installed into target from the lock file by the npm of this
 * machine and its own configuration. Where there is no Node, or no network for the first
 * installation, the tests that ask are skipped and the reason is printed.
 */
final class NodePackages {
  private static final Path SOURCE = Path.of("src", "test", "ts-mls");
  private static final Path TARGET = Path.of("target", "ts-mls");
  private static final List<String> FILES = List.of("package.json", "package-lock.json", ".npmrc");
  private static final Duration INSTALL_MAX = Duration.ofMinutes(3);
  private static final Pattern NO_NETWORK =
      Pattern.compile("ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ENETUNREACH|ETIMEDOUT|ECONNRESET");

  private NodePackages() {}

  /** The command that runs {@code script} of src/test/ts-mls, and the directory it runs in. */
  static ProcessBuilder node(String script) throws IOException, InterruptedException {
    Path node = executable("node").orElseThrow(() -> skipped("there is no node on the PATH"));
    Path npm = executable("npm").orElseThrow(() -> skipped("there is no npm on the PATH"));
    Files.createDirectories(TARGET);
    if (!isInstalled()) {
      copy(FILES);
      install(npm);
    }
    copy(List.of(script));
    return new ProcessBuilder(node.toString(), script).directory(TARGET.toFile());
  }

  private static boolean isInstalled() throws IOException {
    if (!Files.exists(TARGET.resolve(Path.of("node_modules", ".package-lock.json")))) {
      return false;
    }
    for (String file : FILES) {
      Path copy = TARGET.resolve(file);
      if (!Files.exists(copy) || Files.mismatch(SOURCE.resolve(file), copy) >= 0) {
        return false;
      }
    }
    return true;
  }

  private static void copy(List<String> files) throws IOException {
    for (String file : files) {
      Files.copy(SOURCE.resolve(file), TARGET.resolve(file), StandardCopyOption.REPLACE_EXISTING);
    }
  }

  private static void install(Path npm) throws IOException, InterruptedException {
    File log = TARGET.resolve("npm.log").toFile();
    Process process =
        new ProcessBuilder(npm.toString(), "ci", "--ignore-scripts", "--no-audit", "--no-fund")
            .directory(TARGET.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log)
            .start();
    if (!process.waitFor(INSTALL_MAX.toSeconds(), TimeUnit.SECONDS)) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
      throw skipped("npm ci took longer than " + INSTALL_MAX);
    }
    if (process.exitValue() != 0) {
      String output = Files.readString(log.toPath());
      if (NO_NETWORK.matcher(output).find()) {
        throw skipped("npm ci reaches no registry, see " + log);
      }
      fail("npm ci ended with " + process.exitValue() + ":\n" + output);
    }
  }

  private static Optional<Path> executable(String name) {
    String path = Optional.ofNullable(System.getenv("PATH")).orElse("");
    return Pattern.compile(Pattern.quote(File.pathSeparator))
        .splitAsStream(path)
        .map(directory -> Path.of(directory, name))
        .filter(Files::isExecutable)
        .findFirst();
  }

  private static TestAbortedException skipped(String reason) {
    System.out.println("skipped: no round trips with ts-mls, " + reason);
    return new TestAbortedException("skipped: " + reason);
  }
}
