package io.lockstep.chainlog.process;

import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The command line of a further JVM: the JDK of this one, and its class path.
 *
 * @param main name of the class that is run
 * @param options of the JVM, such as its heap and its collector
 * @param classPathFront what is found before anything in this JVM's own class path
 */
public record JvmCommand(
    String main, List<String> options, List<String> classPathFront, List<String> arguments) {
  private static final List<String> ALWAYS =
      List.of("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow");

  public JvmCommand {
    options = List.copyOf(options);
    classPathFront = List.copyOf(classPathFront);
    arguments = List.copyOf(arguments);
  }

  public static JvmCommand of(String main, String... options) {
    return new JvmCommand(main, List.of(options), List.of(), List.of());
  }

  public static JvmCommand of(Class<?> main, String... options) {
    return of(main.getName(), options);
  }

  /** Is there soon and takes little of the machine, but is never fast. */
  public static JvmCommand quick(Class<?> main, String heap) {
    return of(main, "-Xmx" + heap, "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");
  }

  /** Collects with all processors, and has the small object headers of a node: for measurements. */
  public static JvmCommand measured(Class<?> main, String heap) {
    return of(main, "-Xmx" + heap, "-XX:+UseParallelGC", "-XX:+UseCompactObjectHeaders");
  }

  public JvmCommand withOptions(String... further) {
    return new JvmCommand(main, joined(options, List.of(further)), classPathFront, arguments);
  }

  public JvmCommand with(List<String> further) {
    return new JvmCommand(main, options, classPathFront, joined(arguments, further));
  }

  public JvmCommand with(String... further) {
    return with(List.of(further));
  }

  public JvmCommand withClassPathFront(List<String> front) {
    return new JvmCommand(main, options, front, arguments);
  }

  /** What is to be started; its streams are as {@link ProcessBuilder} leaves them. */
  public ProcessBuilder toProcess() {
    List<String> classPath = joined(classPathFront, List.of(System.getProperty("java.class.path")));
    List<String> line = new ArrayList<>();
    line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    line.addAll(options);
    line.addAll(ALWAYS);
    line.addAll(List.of("-cp", String.join(File.pathSeparator, classPath), main));
    line.addAll(arguments);
    return new ProcessBuilder(line);
  }

  private static List<String> joined(List<String> first, List<String> then) {
    return Stream.concat(first.stream(), then.stream()).toList();
  }
}
