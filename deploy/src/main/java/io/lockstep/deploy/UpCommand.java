package io.lockstep.deploy;

import io.lockstep.chainlog.grpc.WebOrigins;
import io.lockstep.client.ServiceTarget;
import io.lockstep.client.cli.Profile;
import io.lockstep.deploy.node.LocalNode;
import io.lockstep.directory.Registration;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code lockstep up}: a whole node on this machine, until it is interrupted. */
@Command(
    name = "up",
    description = "Starts all roles in one process on loopback, with an embedded Kafka.",
    mixinStandardHelpOptions = true)
final class UpCommand implements Callable<Integer> {
  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "Where everything is kept (default: .lockstep in the source directory).")
  private Path data = Path.of(System.getProperty("lockstep.root", "."), ".lockstep");

  @Option(
      names = "--gateway-port",
      defaultValue = "7400",
      description = "Default ${DEFAULT-VALUE}.")
  private int gatewayPort;

  @Option(
      names = "--authentication-port",
      defaultValue = "7401",
      description = "Default ${DEFAULT-VALUE}.")
  private int authenticationPort;

  @Option(
      names = "--metrics-port",
      paramLabel = "PORT",
      description = "Serve metrics for Prometheus on this port.")
  private Integer metricsPort;

  @Option(
      names = "--web-origins",
      paramLabel = "ORIGIN",
      split = ",",
      description =
          "Pages that may call from a browser (gRPC-Web), for example http://127.0.0.1:8080.")
  private List<String> webOrigins;

  @Option(
      names = "--authentication-web-port",
      defaultValue = "7402",
      description = "Of the Authentication Service for browsers. Default ${DEFAULT-VALUE}.")
  private int authenticationWebPort;

  @Option(
      names = "--profile",
      paramLabel = "FILE",
      description =
          "Where to write what clients need (default: ~/.lockstep/profile.properties, which"
              + " 'chat' reads).")
  private Path profile =
      Path.of(System.getProperty("user.home"), ".lockstep", "profile.properties");

  @Option(
      names = "--invitations",
      paramLabel = "N",
      description = "Registration takes an invitation; prints N of them.")
  private Integer invitations;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    PrintWriter out = spec.commandLine().getOut();
    LocalNode.Options options =
        LocalNode.Options.in(data)
            .withPorts(gatewayPort, authenticationPort)
            .withRegistration(invitations == null ? Registration.OPEN : Registration.BY_INVITATION);
    if (webOrigins != null) {
      options = options.withWeb(origins(), authenticationWebPort);
    }
    if (metricsPort != null) {
      options = options.withMetrics(metricsPort);
    }
    try (UntilStopped until = new UntilStopped();
        LocalNode node = LocalNode.start(options)) {
      new Profile(
              ServiceTarget.plaintext(node.gatewayTarget()),
              ServiceTarget.plaintext(node.authenticationTarget()),
              node.trustAnchor().toAbsolutePath())
          .write(profile);
      out.printf("gateway         %s%n", node.gatewayTarget());
      out.printf("authentication  %s%n", node.authenticationTarget());
      node.authenticationWebTarget()
          .ifPresent(target -> out.printf("  for browsers  http://%s%n", target));
      out.printf("kafka           %s%n", node.kafkaBootstrap());
      node.metricsTarget().ifPresent(target -> out.printf("metrics         %s%n", target));
      out.printf("data            %s%n", data.toAbsolutePath().normalize());
      out.printf("profile         %s%n", profile);
      for (int i = 0; invitations != null && i < invitations; i++) {
        out.printf("invitation      %s%n", node.createInvitation());
      }
      out.println("up; stop it with Ctrl-C");
      out.flush();
      until.await();
    }
    return 0;
  }

  private WebOrigins origins() {
    try {
      return WebOrigins.of(webOrigins);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), "--web-origins: " + e.getMessage(), e);
    }
  }
}
