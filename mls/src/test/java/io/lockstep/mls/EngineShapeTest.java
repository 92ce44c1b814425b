package io.lockstep.mls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lockstep.mls.crypto.CipherSuite;
import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.MethodModel;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.classfile.constantpool.PoolEntry;
import java.lang.classfile.instruction.MonitorInstruction;
import java.lang.reflect.AccessFlag;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/**
 * Why independent groups cannot get in each other's way: nothing in the engine is shared that can
 * change, and nothing waits for anything. Read from the class files, so it holds for all of them.
 */
class EngineShapeTest {
  private static final String OWN = "io.lockstep.mls.";

  /** Types of static fields that are immutable through and through, besides enums and records. */
  private static final Set<String> IMMUTABLE =
      Set.of(
          "java.lang.String",
          "java.time.Duration",
          "java.util.Optional",
          "java.math.BigInteger",
          // Unmodifiable by construction where they are static: List.of, Set.of, Map.of.
          "java.util.List",
          "java.util.Set",
          "java.util.Map");

  @Test
  void staticFieldsAreFinalAndCannotChange() throws Exception {
    List<String> suspicious = new ArrayList<>();
    for (ClassModel model : classes()) {
      Class<?> type = Class.forName(name(model), true, getClass().getClassLoader());
      for (Field field : type.getDeclaredFields()) {
        if (Modifier.isStatic(field.getModifiers()) && !isConstant(field)) {
          suspicious.add(field.toString());
        }
      }
    }
    assertEquals(List.of(), suspicious);
  }

  @Test
  void nothingIsLocked() throws Exception {
    List<String> locking = new ArrayList<>();
    for (ClassModel model : classes()) {
      for (MethodModel method : model.methods()) {
        boolean monitor =
            method
                .code()
                .map(code -> code.elementStream().anyMatch(MonitorInstruction.class::isInstance))
                .orElse(false);
        if (monitor || method.flags().has(AccessFlag.SYNCHRONIZED)) {
          locking.add(name(model) + "." + method.methodName().stringValue());
        }
      }
    }
    assertEquals(List.of(), locking);
    assertEquals(
        Set.of(),
        uses(type -> type.startsWith("java.util.concurrent.") || type.equals("java.lang.Thread")),
        "threads and locks are the caller's");
  }

  @Test
  void theEngineUsesTheJdkAndTheCurvesOfBcprov() throws Exception {
    assertEquals(
        Set.of(),
        uses(
            type ->
                !type.startsWith(OWN)
                    && !type.startsWith("java.")
                    && !type.startsWith("javax.crypto.")
                    && !type.startsWith("org.bouncycastle.")));
    NodeList dependencies =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(Path.of("pom.xml").toFile())
            .getElementsByTagName("dependency");
    List<String> needed = new ArrayList<>();
    for (int i = 0; i < dependencies.getLength(); i++) {
      Element dependency = (Element) dependencies.item(i);
      if (!child(dependency, "scope").equals(Optional.of("test"))) {
        needed.add(child(dependency, "artifactId").orElseThrow());
      }
    }
    assertEquals(List.of("bcprov-jdk18on"), needed);
  }

  private static boolean isConstant(Field field) {
    int modifiers = field.getModifiers();
    if (!Modifier.isFinal(modifiers)) {
      return false;
    }
    if (field.isSynthetic()) {
      return true;
    }
    Class<?> type = field.getType();
    if (type.isArray()) {
      // Only what no other class can reach, and no code writes to: empty arrays, tables of enums.
      return Modifier.isPrivate(modifiers);
    }
    return type.isPrimitive()
        || type.isEnum()
        || type.isRecord()
        || IMMUTABLE.contains(type.getName())
        || (type.getName().startsWith(OWN) && haveFinalFields(type));
  }

  /** Own types without a field that can be set again. */
  private static boolean haveFinalFields(Class<?> type) {
    return Stream.of(type.getDeclaredFields())
        .allMatch(field -> Modifier.isFinal(field.getModifiers()));
  }

  private Set<String> uses(Predicate<String> forbidden) throws Exception {
    Set<String> found = new TreeSet<>();
    for (ClassModel model : classes()) {
      for (PoolEntry entry : model.constantPool()) {
        if (entry instanceof ClassEntry type && !type.asSymbol().isArray()) {
          String used = type.asInternalName().replace('/', '.');
          if (forbidden.test(used)) {
            found.add(name(model) + " uses " + used);
          }
        }
      }
    }
    return found;
  }

  private static List<ClassModel> classes() throws Exception {
    Path root =
        Path.of(CipherSuite.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    List<ClassModel> models = new ArrayList<>();
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : files.filter(each -> each.toString().endsWith(".class")).toList()) {
        if (!file.getFileName().toString().equals("package-info.class")) {
          models.add(parse(file));
        }
      }
    }
    assertTrue(models.size() > 100, "there are classes in " + root);
    return models;
  }

  private static ClassModel parse(Path file) throws IOException {
    return ClassFile.of().parse(file);
  }

  private static String name(ClassModel model) {
    return model.thisClass().asInternalName().replace('/', '.');
  }

  private static Optional<String> child(Element element, String name) {
    NodeList children = element.getElementsByTagName(name);
    return children.getLength() == 0
        ? Optional.empty()
        : Optional.of(children.item(0).getTextContent());
  }
}
