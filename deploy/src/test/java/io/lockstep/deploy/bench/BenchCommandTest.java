package io.lockstep.deploy.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class BenchCommandTest {
  @TempDir private Path dir;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private static List<Result> row(String id) {
    return List.of(Result.plain(id, 7, "ms"));
  }

  /** The exit code. */
  private int bench(BenchPlan plan) {
    Benchmark benchmark =
        new Benchmark() {
          @Override
          public String summary() {
            return "a plan";
          }

          @Override
          public void run(BenchOptions options, Progress progress, Rows rows) throws Exception {
            plan.run(rows);
          }
        };
    return new CommandLine(new BenchCommand(Map.of("plan", benchmark)))
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute("plan", "--json", json().toString());
  }

  @FunctionalInterface
  private interface BenchPlan {
    void run(Rows rows) throws Exception;
  }

  private Path json() {
    return dir.resolve("bench.json");
  }

  private JsonNode written() throws Exception {
    return new ObjectMapper().readTree(Files.readString(json()));
  }

  private static List<String> ids(JsonNode written) {
    return written.get("results").valueStream().map(row -> row.get("id").asText()).toList();
  }

  @Test
  void aPartThatFailsLeavesTheRowsOfTheOthersAndIsNamed() throws Exception {
    int exitCode =
        bench(
            rows -> {
              rows.part("before", () -> row("one"));
              rows.part(
                  "broken",
                  () -> {
                    throw new IllegalStateException("the gateway has ended");
                  });
              rows.part("after", () -> row("two"));
            });

    assertEquals(1, exitCode);
    assertEquals(List.of("one", "two"), ids(written()));
    JsonNode failures = written().get("failures");
    assertEquals(1, failures.size());
    assertEquals("broken", failures.get(0).get("part").asText());
    assertEquals("the gateway has ended", failures.get(0).get("why").asText());
    List<String> printed = out.toString().lines().toList();
    assertTrue(printed.get(1).startsWith("one "), printed::toString);
    assertTrue(printed.get(2).startsWith("two "), printed::toString);
    assertEquals("part broken failed: the gateway has ended", printed.getLast());
    assertTrue(err.toString().contains("bench plan: part broken failed: the gateway has ended"));
  }

  @Test
  void whatFailsBetweenPartsLeavesTheirRowsToo() throws Exception {
    int exitCode =
        bench(
            rows -> {
              rows.add(row("one").getFirst());
              throw new java.io.IOException();
            });

    assertEquals(1, exitCode);
    assertEquals(List.of("one"), ids(written()));
    assertEquals("java.io.IOException", written().get("failures").get(0).get("why").asText());
  }

  @Test
  void withoutAFailureNoneIsToldAndTheExitCodeIsZero() throws Exception {
    assertEquals(0, bench(rows -> rows.part("only", () -> row("one"))));

    assertEquals(List.of("one"), ids(written()));
    assertTrue(written().get("failures").isEmpty());
    assertTrue(!out.toString().contains("failed"), out::toString);
    assertEquals("", err.toString());
  }
}
