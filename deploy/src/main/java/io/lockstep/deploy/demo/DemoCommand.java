package io.lockstep.deploy.demo;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.lockstep.deploy.Directories;
import io.lockstep.deploy.node.LocalNode;
import io.lockstep.directory.Registration;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code lockstep demo}: a node, three users, and what happens between them. */
@Command(
    name = "demo",
    description = "Starts all of Lockstep in this process and plays a scenario with real clients.",
    mixinStandardHelpOptions = true)
public final class DemoCommand implements Callable<Integer> {
  /** Short, so that the scenario also sees a removed member's stream end. */
  private static final Duration PASS_GRACE = Duration.ofSeconds(2);

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "Also write the steps with their times as JSON.")
  private Path json;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    PrintWriter out = spec.commandLine().getOut();
    long start = System.nanoTime();
    Steps steps = new Steps(out);
    Path directory = Files.createTempDirectory("lockstep-demo");
    try {
      long delivered = play(directory, steps);
      long wallMillis = (System.nanoTime() - start) / 1_000_000;
      if (json != null) {
        write(json, steps, delivered, wallMillis);
      }
      out.printf(
          Locale.ROOT, "demo: ok, %d messages delivered, %.1f s%n", delivered, wallMillis / 1000.0);
      out.flush();
      return 0;
    } finally {
      Directories.deleteAll(directory);
    }
  }

  private static long play(Path directory, Steps steps) throws Exception {
    LocalNode[] started = new LocalNode[1];
    steps.step(
        "Kafka broker, sequencer, key store, Authentication Service and gateway start",
        () ->
            started[0] =
                LocalNode.start(
                    LocalNode.Options.in(directory.resolve("node"))
                        .withRegistration(Registration.BY_INVITATION)
                        .withPassGrace(PASS_GRACE)));
    try (LocalNode node = started[0];
        Scenario scenario = new Scenario(node, directory.resolve("devices"), steps)) {
      scenario.play();
      return scenario.delivered();
    }
  }

  private static void write(Path file, Steps steps, long delivered, long wallMillis)
      throws IOException {
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("demo", "ok");
    result.put("delivered", delivered);
    result.put("wall_ms", wallMillis);
    result.put("steps", steps.done());
    Files.writeString(
        file,
        new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValueAsString(result)
            + "\n");
  }
}
