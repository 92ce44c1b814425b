package io.lockstep.deploy.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class ChildJvmTest {
  @Test
  void aProcessThatFailsSaysWhyInTheFailure() throws Exception {
    try (ChildJvm child = ChildJvm.start(Failing.class, "32m", List.of())) {
      assertEquals("first", child.hear("said"));
      IOException failure = assertThrows(IOException.class, () -> child.hear("more"));
      assertTrue(failure.getMessage().contains("the port is in use"), failure.getMessage());
    }
  }

  static final class Failing {
    private Failing() {}

    public static void main(String[] args) {
      System.out.println("said first");
      throw new IllegalStateException("the port is in use");
    }
  }
}
