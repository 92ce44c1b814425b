package io.lockstep.deploy.bench;

import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What a measuring process found out, by name; the end of a name tells the unit. Goes through the
 * process's standard output, one line a figure.
 */
final class MlsFigures {
  private static final String MARK = "figure ";

  private final Map<String, Double> values = new LinkedHashMap<>();
  private final Optional<PrintStream> out;

  private MlsFigures(Optional<PrintStream> out) {
    this.out = out;
  }

  static MlsFigures printing(PrintStream out) {
    return new MlsFigures(Optional.of(out));
  }

  static MlsFigures empty() {
    return new MlsFigures(Optional.empty());
  }

  void put(String name, double value) {
    values.put(name, value);
    out.ifPresent(stream -> stream.printf(Locale.ROOT, "%s%s %f%n", MARK, name, value));
  }

  /** {@code name_ms} and {@code name_cpu_ms}. */
  void putMillis(String name, Timing timing) {
    put(name + "_ms", timing.wall() / 1e6);
    put(name + "_cpu_ms", timing.cpu() / 1e6);
  }

  /** {@code name_us} and {@code name_cpu_us}. */
  void putMicros(String name, Timing timing) {
    put(name + "_us", timing.wall() / 1e3);
    put(name + "_cpu_us", timing.cpu() / 1e3);
  }

  /** Takes a line of a process's output; false if it is no figure. */
  boolean take(String line) {
    if (!line.startsWith(MARK)) {
      return false;
    }
    int space = line.lastIndexOf(' ');
    values.put(line.substring(MARK.length(), space), Double.parseDouble(line.substring(space + 1)));
    return true;
  }

  Map<String, Double> values() {
    return values;
  }

  static String unit(String name) {
    return switch (name.substring(name.lastIndexOf('_') + 1)) {
      case "ms" -> "ms";
      case "us" -> "us";
      case "mb" -> "MB";
      case "bytes" -> "bytes";
      default -> "";
    };
  }
}
