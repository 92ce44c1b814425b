package io.lockstep.deploy;

import io.lockstep.chainlog.kafka.LoopbackPorts;
import io.lockstep.chainlog.process.ChildJvm;
import io.lockstep.chainlog.process.JvmCommand;
import io.lockstep.chainlog.process.ParentWatch;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** {@code lockstep up} in a process of its own, which can be killed. */
final class NodeProcess implements AutoCloseable {
  private static final String UP = "up;";

  private final ChildJvm process;
  private final List<String> said;

  private NodeProcess(ChildJvm process, List<String> said) {
    this.process = process;
    this.said = List.copyOf(said);
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
    ChildJvm process =
        ChildJvm.start(
            JvmCommand.quick(NodeProcess.class, "768m")
                .with("up", "--data", data.toString(), "--profile", profile.toString())
                .with("--gateway-port", Integer.toString(ports.gateway()))
                .with("--authentication-port", Integer.toString(ports.authentication()))
                .with(further));
    List<String> said = new ArrayList<>();
    do {
      said.add(process.next().orElseThrow(() -> process.ended(UP)));
    } while (!said.getLast().startsWith(UP));
    process.hearNoMore();
    return new NodeProcess(process, said);
  }

  /** What it printed until it was up, line by line. */
  List<String> said() {
    return said;
  }

  /** As kill -9 does: no shutdown hook runs, nothing is flushed. */
  void kill() {
    process.kill();
  }

  @Override
  public void close() {
    process.stop();
  }

  /** Arguments: those of {@code lockstep}. Ends with the test that has started it. */
  public static void main(String[] args) {
    ParentWatch.begin();
    Lockstep.main(args);
  }
}
