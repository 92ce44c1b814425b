package io.lockstep.deploy.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A further JVM with the same class path, which takes commands and answers by lines. */
final class ChildJvm implements AutoCloseable {
  private static final long END_SECONDS_MAX = 10;

  private final String name;
  private final Process process;
  private final BufferedReader answers;
  private final Writer commands;
  private final ErrorLines errors;

  private ChildJvm(String name, Process process) {
    this.name = name;
    this.process = process;
    this.answers = process.inputReader(StandardCharsets.UTF_8);
    this.commands = process.outputWriter(StandardCharsets.UTF_8);
    this.errors = ErrorLines.pass(process.errorReader(StandardCharsets.UTF_8));
  }

  static ChildJvm start(Class<?> main, String heap, List<String> arguments) throws IOException {
    return start(main, List.of("-Xmx" + heap), arguments);
  }

  /**
   * With a heap that the system has given all of before anything happens: what the process takes
   * from then on is outside of it.
   */
  static ChildJvm startWithFixedHeap(Class<?> main, String heap, List<String> arguments)
      throws IOException {
    return start(main, List.of("-Xms" + heap, "-Xmx" + heap, "-XX:+AlwaysPreTouch"), arguments);
  }

  private static ChildJvm start(Class<?> main, List<String> heap, List<String> arguments)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(heap);
    command.addAll(
        List.of(
            "-XX:+UseParallelGC",
            "-XX:+UseCompactObjectHeaders",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-cp",
            System.getProperty("java.class.path"),
            main.getName()));
    command.addAll(arguments);
    return new ChildJvm(main.getSimpleName(), new ProcessBuilder(command).start());
  }

  void tell(String command) throws IOException {
    commands.append(command).append('\n').flush();
  }

  /** What follows the keyword in the next line, which must begin with it. */
  String hear(String keyword) throws IOException {
    String line = answers.readLine();
    if (line == null) {
      throw new IOException(
          name + " was to say '" + keyword + "' and has ended; its last errors:\n" + errors.last());
    }
    if (!line.startsWith(keyword)) {
      throw new IOException(name + " was to say '" + keyword + "' and said: " + line);
    }
    return line.substring(keyword.length()).strip();
  }

  String ask(String command, String keyword) throws IOException {
    tell(command);
    return hear(keyword);
  }

  /** What it has had of the processors since it began. */
  Duration processorTime() {
    return process.info().totalCpuDuration().orElse(Duration.ZERO);
  }

  /** Ends when its input does, or is ended. */
  @Override
  public void close() {
    try {
      commands.close();
      if (process.waitFor(END_SECONDS_MAX, TimeUnit.SECONDS)) {
        return;
      }
    } catch (IOException e) {
      // It has ended already.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    var _ = process.destroyForcibly();
  }
}
