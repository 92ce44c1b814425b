package io.lockstep.deploy.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A finished benchmark, as a table for people and as JSON for programs. */
record Report(String bench, List<Result> results, List<Rows.Failure> failures) {
  private static final String ROW = "%-34s %14s %-8s %14s %9s %10s  %s%n";

  void print(PrintWriter out) {
    out.printf(Locale.ROOT, ROW, bench, "value", "unit", "baseline", "ratio", "target", "ok");
    for (Result result : results) {
      out.printf(
          Locale.ROOT,
          ROW,
          result.id(),
          result.note().orElse(number(result.value())),
          result.unit(),
          result.baseline().isPresent() ? number(result.baseline().getAsDouble()) : "",
          result.ratio().isPresent() ? number(result.ratio().getAsDouble()) + "x" : "",
          result.target().map(Target::text).orElse(""),
          result.ok().map(ok -> ok ? "yes" : "NO").orElse(""));
    }
    failures.forEach(out::println);
    out.flush();
  }

  /** Writes the JSON; a field that does not apply is null. */
  void write(Path file) throws IOException {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("bench", bench);
    json.put("commit", commit());
    json.put("time", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
    json.put("machine", machine());
    List<Map<String, Object>> rows = new ArrayList<>();
    for (Result result : results) {
      Map<String, Object> row = new LinkedHashMap<>();
      row.put("id", result.id());
      row.put("value", result.note().isPresent() ? null : result.value());
      row.put("unit", result.unit());
      row.put("baseline", result.baseline().isPresent() ? result.baseline().getAsDouble() : null);
      row.put("ratio", result.ratio().isPresent() ? result.ratio().getAsDouble() : null);
      row.put("target", result.target().map(Target::text).orElse(null));
      row.put("ok", result.ok().orElse(null));
      row.put("note", result.note().orElse(null));
      rows.add(row);
    }
    json.put("results", rows);
    json.put(
        "failures",
        failures.stream()
            .map(failure -> Map.of("part", failure.part(), "why", failure.why()))
            .toList());
    Files.writeString(
        file,
        new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValueAsString(json)
            + "\n");
  }

  /** Of the sources that run; "-dirty" behind it if they were changed, "unknown" without Git. */
  private static String commit() {
    String root = System.getProperty("lockstep.root", ".");
    try {
      Process git =
          new ProcessBuilder("git", "-C", root, "describe", "--always", "--dirty").start();
      try (BufferedReader out = git.inputReader()) {
        String line = out.readLine();
        return git.waitFor() == 0 && line != null ? line : "unknown";
      }
    } catch (IOException e) {
      return "unknown";
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "unknown";
    }
  }

  private static Map<String, Object> machine() {
    Runtime runtime = Runtime.getRuntime();
    Map<String, Object> machine = new LinkedHashMap<>();
    machine.put("cores", runtime.availableProcessors());
    machine.put(
        "load_average", ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
    machine.put("heap_max_mb", runtime.maxMemory() >> 20);
    machine.put("os", System.getProperty("os.name") + " " + System.getProperty("os.version"));
    machine.put("arch", System.getProperty("os.arch"));
    machine.put("jdk", System.getProperty("java.vm.name") + " " + Runtime.version());
    return machine;
  }

  private static String number(double value) {
    double size = Math.abs(value);
    String format = size >= 1000 ? "%,.0f" : size >= 10 ? "%.1f" : "%.2f";
    return String.format(Locale.ROOT, format, value);
  }
}
