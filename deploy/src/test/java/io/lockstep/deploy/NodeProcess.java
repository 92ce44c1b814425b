package io.lockstep.deploy;

import io.lockstep.chainlog.kafka.LoopbackPorts;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** {@code lockstep up} in a process of its own, which can be killed. */
final class NodeProcess implements AutoCloseable {
  private static final int STOP_SECONDS_MAX = 30;

  private final Process process;
  private final List<String> said = new ArrayList<>();

  private NodeProcess(Process process) {
    this.process = process;
  }

  /** Ports that were free a moment ago. */
  record Ports(int gateway, int authentication) {
    static Ports free() {
      return new Ports(LoopbackPorts.free(), LoopbackPorts.free());
    }
  }

  /** Returns when the node says that it is up. */
  static NodeProcess start(Path data, Path profile, Ports ports, String... further)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-Xmx768m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-cp",
            System.getProperty("java.class.path"),
            Lockstep.class.getName(),
            "up",
            "--data",
            data.toString(),
            "--profile",
            profile.toString(),
            "--gateway-port",
            Integer.toString(ports.gateway()),
            "--authentication-port",
            Integer.toString(ports.authentication())));
    command.addAll(List.of(further));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    NodeProcess node = new NodeProcess(process);
    BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
    for (String line = out.readLine(); line != null; line = out.readLine()) {
      node.said.add(line);
      if (line.startsWith("up;")) {
        return node;
      }
    }
    node.close();
    throw new IOException("the node ended before it was up");
  }

  /** What it printed until it was up, line by line. */
  List<String> said() {
    return List.copyOf(said);
  }

  /** As kill -9 does: no shutdown hook runs, nothing is flushed. */
  void kill() throws InterruptedException {
    process.destroyForcibly();
    process.waitFor();
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(STOP_SECONDS_MAX, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
