package io.lockstep.deploy;

import io.lockstep.deploy.node.RoleNode;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code lockstep node}: the roles that a settings file names, on a Kafka that is there. */
@Command(
    name = "node",
    description = "Starts the roles that a settings file names (docs/operating.md).",
    mixinStandardHelpOptions = true)
final class NodeCommand implements Callable<Integer> {
  @Option(names = "--settings", paramLabel = "FILE", required = true)
  private Path settings;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    try (UntilStopped until = new UntilStopped();
        RoleNode node = RoleNode.start(settings)) {
      node.describe(spec.commandLine().getOut());
      until.await();
    }
    return 0;
  }
}
