package io.lockstep.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.ImportOrderer;
import com.google.googlejavaformat.java.JavaFormatterOptions;
import com.google.googlejavaformat.java.RemoveUnusedImports;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Every source file is as google-java-format writes it (with the steps that Spotless takes). It is
 * a test, because the formatter reads Java 25 only on a JVM that does, and Maven itself may run on
 * an older one.
 */
class FormatTest {
  private static final Path ROOT = Path.of("..");

  @Test
  void everySourceFileIsFormatted() throws Exception {
    List<Path> sources = sources();
    assertFalse(sources.isEmpty());
    Formatter formatter = new Formatter();
    List<String> unformatted = new ArrayList<>();
    for (Path source : sources) {
      String text = Files.readString(source);
      String formatted =
          ImportOrderer.reorderImports(
              RemoveUnusedImports.removeUnusedImports(formatter.formatSource(text)),
              JavaFormatterOptions.Style.GOOGLE);
      if (!formatted.equals(text)) {
        unformatted.add(ROOT.relativize(source).toString());
      }
    }
    assertEquals(List.of(), unformatted, "run: JAVA_HOME=<a JDK 25 or newer> mvn spotless:apply\n");
  }

  private static List<Path> sources() throws IOException {
    List<Path> sources = new ArrayList<>();
    try (Stream<Path> modules = Files.list(ROOT)) {
      for (Path module : modules.filter(dir -> Files.exists(dir.resolve("pom.xml"))).toList()) {
        Path src = module.resolve("src");
        if (Files.isDirectory(src)) {
          try (Stream<Path> files = Files.walk(src)) {
            files.filter(file -> file.toString().endsWith(".java")).forEach(sources::add);
          }
        }
      }
    }
    return sources;
  }
}
