package io.lockstep.mls;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;

/**
 * The official RFC 9420 test vectors, from the directory named by the system property {@code
 * lockstep.vectors}. Without it the tests that ask are skipped and say so.
 */
public final class Vectors {
  private static final String PROPERTY = "lockstep.vectors";

  private Vectors() {}

  /** The array of cases in {@code name}.json. */
  public static JsonNode load(String name) throws IOException {
    String directory = System.getProperty(PROPERTY, "");
    assumeTrue(!directory.isBlank(), "skipped: -D" + PROPERTY + "=DIR does not name the vectors");
    Path file = Path.of(directory, name + ".json");
    assumeTrue(Files.exists(file), () -> "skipped: there is no " + file);
    return new ObjectMapper().readTree(file.toFile());
  }

  public static byte[] hex(JsonNode node) {
    return HexFormat.of().parseHex(node.asText());
  }
}
