package io.lockstep.chainlog.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChildJvmTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String HEAP = "32m";

  private static ChildJvm quietly(Class<?> main, String... arguments) throws IOException {
    return ChildJvm.startQuietly(JvmCommand.quick(main, HEAP).with(arguments));
  }

  @Test
  void aProcessThatFailsSaysWhyInTheFailure() throws Exception {
    try (ChildJvm child = ChildJvm.start(JvmCommand.quick(Failing.class, HEAP))) {
      assertEquals("first", child.hear("said"));
      assertSaysWhy(assertThrows(IOException.class, () -> child.hear("more")));
    }
  }

  @Test
  void soDoesOneWhoseErrorsAreNotPassedOn() throws Exception {
    try (ChildJvm child = quietly(Failing.class)) {
      assertSaysWhy(assertThrows(IOException.class, () -> child.hearAtLast("more")));
    }
  }

  private static void assertSaysWhy(IOException failure) {
    assertTrue(failure.getMessage().contains("the port is in use"), failure.getMessage());
    assertTrue(failure.getMessage().contains("Failing was to say 'more'"), failure.getMessage());
  }

  @Test
  void itsArgumentsAndTheFrontOfItsClassPathAreThoseOfTheCommand(@TempDir Path dir)
      throws Exception {
    Files.writeString(dir.resolve("front"), "");
    JvmCommand command =
        JvmCommand.quick(Telling.class, HEAP)
            .with("a", "b c")
            .with(List.of(""))
            .withClassPathFront(List.of(dir.toString()));
    try (ChildJvm child = ChildJvm.start(command)) {
      assertEquals("[a, b c, ]", child.hear("arguments"));
      assertEquals(dir.resolve("front").toUri().toURL().toString(), child.hear("front"));
    }
  }

  @Test
  void oneThatWatchesForItsParentEndsWithItsInput() throws Exception {
    try (ChildJvm child = quietly(Telling.class)) {
      var _ = child.hearAtLast("front");
      assertTrue(child.isAlive());
      child.endInput();
      assertTrue(child.endsWithin(PATIENCE));
    }
  }

  static final class Failing {
    private Failing() {}

    public static void main(String[] args) {
      System.out.println("said first");
      throw new IllegalStateException("the port is in use");
    }
  }

  static final class Telling {
    private Telling() {}

    public static void main(String[] args) {
      System.out.println("arguments " + List.of(args));
      System.out.println("front " + Telling.class.getClassLoader().getResource("front"));
      ParentWatch.untilTheEnd();
    }
  }
}
