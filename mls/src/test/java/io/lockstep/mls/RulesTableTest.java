package io.lockstep.mls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** docs/mls-rules.md says what is true: of the constants, of the code and of the tests. */
class RulesTableTest {
  private static final Path TABLE = Path.of("..", "docs", "mls-rules.md");
  private static final Path MAIN = Path.of("src", "main", "java");
  private static final Path TESTS = Path.of("src", "test", "java");
  private static final String RFC = "RFC 9420 section ";
  private static final Pattern ROW =
      Pattern.compile("\\| (.+) \\| `([a-z-]+)` \\| (.+) \\| (`.+`) \\| `(\\w+)\\.(\\w+)` \\|");
  private static final Pattern USE = Pattern.compile("\\bRule\\.([A-Z_]+)\\b");

  private record Row(
      String source, String id, String demand, List<String> classes, String test, String method) {
    static Row of(Matcher row) {
      List<String> classes =
          Arrays.stream(row.group(4).split(", ")).map(name -> name.replace("`", "")).toList();
      return new Row(row.group(1), row.group(2), row.group(3), classes, row.group(5), row.group(6));
    }
  }

  private static List<Row> rows() throws IOException {
    List<Row> rows = new ArrayList<>();
    for (String line : Files.readAllLines(TABLE)) {
      Matcher row = ROW.matcher(line);
      if (row.matches()) {
        rows.add(Row.of(row));
      }
    }
    return rows;
  }

  /** By class name. */
  private static Map<String, String> sources(Path root) throws IOException {
    Map<String, String> sources = new TreeMap<>();
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : files.filter(each -> each.toString().endsWith(".java")).toList()) {
        String name = file.getFileName().toString().replace(".java", "");
        String before = sources.put(name, Files.readString(file));
        assertTrue(before == null || name.equals("package-info"), "two classes named " + name);
      }
    }
    return sources;
  }

  @Test
  void everyRuleHasOneRowThatSaysWhatTheRuleSays() throws Exception {
    List<Row> rows = rows();
    assertEquals(
        Arrays.stream(Rule.values()).map(Rule::id).toList(), rows.stream().map(Row::id).toList());
    Map<String, Row> byId = new TreeMap<>();
    rows.forEach(row -> byId.put(row.id, row));
    for (Rule rule : Rule.values()) {
      Row row = byId.get(rule.id());
      String source = rule.source();
      assertEquals(
          source.startsWith(RFC) ? source.substring(RFC.length()) : source, row.source, rule::id);
      assertEquals(rule.demand(), row.demand, rule::id);
    }
  }

  @Test
  void everyRuleIsCheckedWhereTheTableSays() throws Exception {
    Map<String, TreeSet<String>> users = new TreeMap<>();
    sources(MAIN)
        .forEach(
            (name, source) -> {
              Matcher use = USE.matcher(source);
              while (use.find()) {
                users.computeIfAbsent(use.group(1), rule -> new TreeSet<>()).add(name);
              }
            });
    Map<String, TreeSet<String>> table = new TreeMap<>();
    rows().forEach(row -> table.put(constant(row), new TreeSet<>(row.classes)));
    assertEquals(table, users);
  }

  @Test
  void everyRuleIsBrokenByTheTestThatTheTableNames() throws Exception {
    Map<String, String> tests = sources(TESTS);
    for (Row row : rows()) {
      assertTrue(tests.containsKey(row.test), () -> "no test " + row.test);
      Matcher method =
          Pattern.compile("@Test\\s+void " + row.method + "\\(.*?\\n  }\\n", Pattern.DOTALL)
              .matcher(tests.get(row.test));
      assertTrue(method.find(), () -> "no test " + row.test + "." + row.method);
      assertTrue(
          method.group().contains("Rule." + constant(row)),
          () -> row.test + "." + row.method + " does not speak of " + row.id);
    }
  }

  @Test
  void idsAreStable() {
    assertEquals("no-own-removal", Rule.NO_OWN_REMOVAL.id());
    assertEquals("RFC 9420 section 12.2", Rule.NO_OWN_REMOVAL.source());
    MlsException.Invalid refusal = new MlsException.Invalid(Rule.NO_OWN_REMOVAL, "leaf 3");
    assertEquals("no-own-removal (RFC 9420 section 12.2): leaf 3", refusal.getMessage());
  }

  private static String constant(Row row) {
    return row.id.toUpperCase(Locale.ROOT).replace('-', '_');
  }
}
