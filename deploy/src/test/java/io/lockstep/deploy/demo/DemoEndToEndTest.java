package io.lockstep.deploy.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The demo, as a user runs it: real clients, real Kafka, every step checked by the scenario. */
class DemoEndToEndTest {
  @TempDir private Path dir;

  @Test
  @Timeout(value = 180, unit = TimeUnit.SECONDS)
  void theScenarioPlaysAndReportsItself() throws Exception {
    StringWriter out = new StringWriter();
    Path json = dir.resolve("demo.json");

    int exit =
        new CommandLine(new DemoCommand())
            .setOut(new PrintWriter(out, true))
            .execute("--json", json.toString());

    System.out.print(out);
    assertEquals(0, exit, out::toString);
    String last = out.toString().lines().reduce((before, line) -> line).orElseThrow();
    assertTrue(last.matches("demo: ok, \\d+ messages delivered, \\d+\\.\\d s"), last);
    JsonNode written = new ObjectMapper().readTree(json.toFile());
    assertEquals("ok", written.get("demo").asText());
    assertTrue(written.get("delivered").asLong() > 0);
    assertEquals(9, written.get("steps").size());
  }
}
