package io.lockstep.deploy;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Dependencies point one way (docs/architecture.md, "Modules"), and the technologies stay in their
 * leaf packages. Think hard about the layering before a line of this file is changed.
 */
class ModuleRulesTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("io.lockstep");

  /** Root package of each module, and the root packages it may use. */
  private static final Map<String, List<String>> MAY_USE =
      Map.of(
          "api", List.of(),
          "mls", List.of(),
          "chainlog", List.of("api", "log", "internal"),
          "sequencer", List.of("api", "log", "internal", "mls", "chainlog"),
          "keystore", List.of("api", "log", "internal", "mls", "chainlog"),
          "directory", List.of("api", "log", "internal", "chainlog"),
          "gateway", List.of("api", "log", "internal", "mls", "chainlog"),
          "client", List.of("api", "mls"));

  /** Where a technology may appear, besides deploy. */
  private static final Map<String, List<String>> LEAVES =
      Map.of(
          "org.apache.kafka..", List.of("..kafka..", "..broker.."),
          "io.micrometer..", List.of(),
          "io.vertx..",
              List.of(
                  "io.lockstep.chainlog.vertx..",
                  "io.lockstep.gateway.vertx..",
                  "io.lockstep.directory.vertx.."),
          "io.netty..",
              List.of(
                  "..grpc..",
                  "io.lockstep.chainlog.vertx..",
                  "io.lockstep.gateway.vertx..",
                  "io.lockstep.directory.vertx.."),
          "org.rocksdb..", List.of("io.lockstep.chainlog.store.."));

  @TestFactory
  List<DynamicTest> aModuleUsesOnlyTheModulesBelowIt() {
    List<DynamicTest> tests = new ArrayList<>();
    MAY_USE.forEach(
        (module, allowed) -> {
          List<String> forbidden = new ArrayList<>(MAY_USE.keySet());
          forbidden.addAll(List.of("log", "internal", "deploy"));
          forbidden.removeAll(allowed);
          forbidden.remove(module);
          if (module.equals("api")) {
            // The records name the public types (welcome items), not the other way round.
            forbidden.remove("log");
          }
          ArchRule rule =
              noClasses()
                  .that()
                  .resideInAPackage("io.lockstep." + module + "..")
                  .should()
                  .dependOnClassesThat()
                  .resideInAnyPackage(packages(forbidden));
          tests.add(DynamicTest.dynamicTest(module, () -> rule.check(CLASSES)));
        });
    return tests;
  }

  @TestFactory
  List<DynamicTest> aTechnologyStaysInItsLeafPackages() {
    List<DynamicTest> tests = new ArrayList<>();
    LEAVES.forEach(
        (technology, leaves) -> {
          List<String> allowed = new ArrayList<>(leaves);
          allowed.add("io.lockstep.deploy..");
          ArchRule rule =
              noClasses()
                  .that()
                  .resideOutsideOfPackages(allowed.toArray(String[]::new))
                  .should()
                  .dependOnClassesThat()
                  .resideInAPackage(technology);
          tests.add(DynamicTest.dynamicTest(technology, () -> rule.check(CLASSES)));
        });
    return tests;
  }

  @Test
  void theMlsEngineIsFreeOfIoAndOfEveryTechnologyButItsCurves() {
    noClasses()
        .that()
        .resideInAPackage("io.lockstep.mls..")
        .should()
        .dependOnClassesThat()
        .haveNameMatching(
            // BouncyCastle's ASN.1 coder declares IOException; catching it is no I/O.
            "java\\.io\\.(?!IOException$).*|java\\.nio\\.(file|channels)\\..*|java\\.net\\..*"
                + "|com\\.google\\..*|io\\.grpc\\..*|org\\.slf4j\\..*")
        .check(CLASSES);
  }

  @Test
  void theLawsHaveNoClockAndNoRandomness() {
    noClasses()
        .that()
        .resideInAPackage("..law..")
        .should()
        .callMethod(System.class, "currentTimeMillis")
        .orShould()
        .callMethod(System.class, "nanoTime")
        .orShould()
        .callMethod(java.time.Instant.class, "now")
        .orShould()
        .callMethod(java.util.UUID.class, "randomUUID")
        .orShould()
        .dependOnClassesThat()
        .haveNameMatching("java\\.util\\.Random|java\\.security\\.SecureRandom|java\\.time\\.Clock")
        .check(CLASSES);
  }

  @Test
  void theRulesLookAtSomething() {
    MAY_USE.keySet().stream()
        .filter(module -> !module.equals("api"))
        .forEach(
            module ->
                assertFalse(
                    CLASSES.stream()
                        .noneMatch(
                            type -> type.getPackageName().startsWith("io.lockstep." + module)),
                    "no classes of " + module));
  }

  private static String[] packages(List<String> modules) {
    return modules.stream().map(module -> "io.lockstep." + module + "..").toArray(String[]::new);
  }
}
