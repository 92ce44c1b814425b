package io.lockstep.chainlog.process;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A further JVM that takes commands and answers by lines. Its input ends with this process, however
 * that ends, and it should do so as well ({@link ParentWatch}).
 */
public final class ChildJvm implements AutoCloseable {
  private static final Duration END_MAX = Duration.ofSeconds(10);
  private static final Duration STOP_MAX = Duration.ofSeconds(30);
  private static final Duration KILL_MAX = Duration.ofSeconds(30);

  private final String name;
  private final Process process;
  private final BufferedReader answers;
  private final Writer commands;
  private final ErrorLines errors;

  private ChildJvm(JvmCommand command, boolean passErrors) throws IOException {
    this.name = command.main().substring(command.main().lastIndexOf('.') + 1);
    this.process = command.toProcess().start();
    this.answers = process.inputReader(StandardCharsets.UTF_8);
    this.commands = process.outputWriter(StandardCharsets.UTF_8);
    this.errors = ErrorLines.of(process.errorReader(StandardCharsets.UTF_8), passErrors);
  }

  /** What it writes to its standard error appears in that of this process. */
  public static ChildJvm start(JvmCommand command) throws IOException {
    return new ChildJvm(command, true);
  }

  /** What it writes to its standard error appears only as the reason why it has ended. */
  public static ChildJvm startQuietly(JvmCommand command) throws IOException {
    return new ChildJvm(command, false);
  }

  public void tell(String command) throws IOException {
    commands.append(command).append('\n').flush();
  }

  /** What follows the keyword in the next line, which must begin with it. */
  public String hear(String keyword) throws IOException {
    String line = next().orElseThrow(() -> ended(keyword));
    if (!line.startsWith(keyword)) {
      throw new IOException(name + " was to say '" + keyword + "' and said: " + line);
    }
    return line.substring(keyword.length()).strip();
  }

  /** The same of the next line that begins with it; what is said before that is passed over. */
  public String hearAtLast(String keyword) throws IOException {
    String line;
    do {
      line = next().orElseThrow(() -> ended(keyword));
    } while (!line.startsWith(keyword));
    return line.substring(keyword.length()).strip();
  }

  public String ask(String command, String keyword) throws IOException {
    tell(command);
    return hear(keyword);
  }

  /** The next line; empty when it has ended. */
  public Optional<String> next() throws IOException {
    return Optional.ofNullable(answers.readLine());
  }

  /** Whatever else it says is read, so that it does not wait for that, and dropped. */
  public void hearNoMore() {
    Thread.ofVirtual().start(() -> answers.lines().forEach(line -> {}));
  }

  /** The failure of one that was to say something and has ended: with its last errors. */
  public IOException ended(String wanted) {
    return new IOException(
        name + " was to say '" + wanted + "' and has ended; its last errors:\n" + errors.last());
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /** What it has had of the processors since it began. */
  public Duration processorTime() {
    return process.info().totalCpuDuration().orElse(Duration.ZERO);
  }

  /** As {@code kill -signal} does: STOP and CONT. */
  public void signal(String signal) throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid())).start().waitFor();
  }

  /** Asks it to end, as {@code kill} does, and does not wait for that. */
  public void terminate() {
    // By its handle: Process.destroy would close the streams, with lines in them.
    var _ = process.toHandle().destroy();
  }

  public boolean endsWithin(Duration time) throws InterruptedException {
    return process.waitFor(time.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** Asks it to end and waits until it has; in the end it is killed. */
  public void stop() {
    terminate();
    awaitEnd(STOP_MAX);
  }

  /**
   * As {@code kill -9} does; returns when it is gone, or at once when this thread is interrupted.
   * What it has said can still be heard.
   */
  public void kill() {
    var _ = process.toHandle().destroyForcibly();
    try {
      if (!endsWithin(KILL_MAX)) {
        throw new IllegalStateException(name + " was killed and is still there");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Ends when its input does, or is killed. */
  @Override
  public void close() {
    endInput();
    awaitEnd(END_MAX);
  }

  void endInput() {
    try {
      commands.close();
    } catch (IOException e) {
      // It has ended already.
    }
  }

  private void awaitEnd(Duration most) {
    try {
      if (endsWithin(most)) {
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    kill();
  }
}
