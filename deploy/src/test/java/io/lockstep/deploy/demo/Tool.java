package io.lockstep.deploy.demo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs programs that a test needs and that are not Java. */
final class Tool {
  /** It is not there, or cannot do it, for a reason that is the machine's. */
  static final class Missing extends Exception {
    private static final long serialVersionUID = 1L;

    Missing(String why) {
      super(why);
    }
  }

  private Tool() {}

  /**
   * Runs a program to its end.
   *
   * @return what it wrote to its standard output
   * @throws Missing if it is not there, ends with an error or does not end; with the last of what
   *     it said
   */
  static String run(Path directory, Duration atMost, List<String> command) throws Missing {
    try {
      Path errors = Files.createTempFile("tool", ".err");
      Path out = Files.createTempFile("tool", ".out");
      try {
        Process process =
            new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectOutput(out.toFile())
                .redirectError(errors.toFile())
                .start();
        if (!process.waitFor(atMost.toMillis(), TimeUnit.MILLISECONDS)) {
          process.descendants().forEach(ProcessHandle::destroyForcibly);
          process.destroyForcibly();
          throw new Missing(command + " has not ended within " + atMost.toSeconds() + " s");
        }
        String said = Files.readString(out, StandardCharsets.UTF_8);
        if (process.exitValue() != 0) {
          String complaint = Files.readString(errors, StandardCharsets.UTF_8);
          throw new Missing(command + ": " + (said + complaint).strip());
        }
        return said.strip();
      } finally {
        Files.delete(errors);
        Files.delete(out);
      }
    } catch (IOException e) {
      throw new Missing(command.getFirst() + ": " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UncheckedIOException(new IOException(e));
    }
  }
}
