package io.lockstep.deploy.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A line for each fault: on standard output, and as a table in target/cluster-faults.md. */
final class FaultReport {
  private static final Path FILE = Path.of("target", "cluster-faults.md");

  private final List<String> lines = new ArrayList<>();

  FaultReport(long seed) {
    lines.add("Seed " + seed + ", " + Plan.CLIENTS + " clients.");
    lines.add("");
    lines.add(
        "| fault | longest stall of a group, s | longest stall of all, s | acknowledged | until"
            + " healthy, s |");
    lines.add("|---|---:|---:|---:|---:|");
  }

  void add(String fault, Progress.Stalls stalls, Duration took) throws IOException {
    String line =
        String.format(
            Locale.ROOT,
            "| %s | %.1f | %.1f | %d | %d |",
            fault,
            seconds(stalls.ofOneGroup()),
            seconds(stalls.ofAny()),
            stalls.acknowledged(),
            took.toSeconds());
    System.out.println(line);
    lines.add(line);
    Files.writeString(FILE, String.join("\n", lines) + "\n");
  }

  private static double seconds(Duration duration) {
    return duration.toMillis() / 1_000.0;
  }
}
