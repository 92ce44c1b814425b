package io.lockstep.deploy.cluster;

import java.io.File;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import org.testcontainers.DockerClientFactory;

/**
 * The container engine and the images, by the scripts in {@code deploy/images}. An engine that was
 * started here is ended with it.
 *
 * @param broker image of a Kafka broker
 * @param node image of a Lockstep node
 */
record ContainerEngine(String address, String broker, String node) implements AutoCloseable {
  private static final Path SCRIPTS = Path.of("images");
  private static final Path LIB = Path.of("target", "lib");
  private static final int MINUTES_MAX = 10;

  /** There is none, for a reason that is the machine's. */
  static final class Missing extends Exception {
    private static final long serialVersionUID = 1L;

    Missing(String why) {
      super(why);
    }
  }

  static ContainerEngine start() throws Missing {
    String address = run("engine", "start").strip();
    // Read by the client of Testcontainers when it is first used.
    System.setProperty("DOCKER_HOST", address);
    try {
      Properties images = new Properties();
      images.load(new StringReader(run("build", LIB.toString())));
      var _ = run("engine", "try", images.getProperty("node"));
      return new ContainerEngine(address, images.getProperty("broker"), images.getProperty("node"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (Missing e) {
      run("engine", "release");
      throw e;
    }
  }

  private static String run(String script, String... arguments) throws Missing {
    try {
      File errors = File.createTempFile("lockstep-" + script, ".log");
      List<String> command = new ArrayList<>(List.of(SCRIPTS.resolve(script).toString()));
      command.addAll(List.of(arguments));
      ProcessBuilder builder = new ProcessBuilder(command).redirectError(errors);
      builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
      String engine = System.getProperty("DOCKER_HOST");
      if (engine != null) {
        builder.environment().put("DOCKER_HOST", engine);
      }
      Process process = builder.start();
      String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (!process.waitFor(MINUTES_MAX, TimeUnit.MINUTES)) {
        process.destroy();
        throw new Missing(script + " has not ended within " + MINUTES_MAX + " minutes");
      }
      String said = Files.readString(errors.toPath()).strip();
      Files.delete(errors.toPath());
      if (process.exitValue() != 0) {
        throw new Missing(said.substring(said.lastIndexOf('\n') + 1));
      }
      return out;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    // Testcontainers looks for containers once more when the process ends.
    Thread.setDefaultUncaughtExceptionHandler(
        (thread, failure) -> {
          if (!DockerClientFactory.TESTCONTAINERS_THREAD_GROUP.equals(thread.getThreadGroup())) {
            failure.printStackTrace();
          }
        });
    try {
      run("engine", "release");
    } catch (Missing e) {
      throw new IllegalStateException(e.getMessage(), e);
    }
  }
}
