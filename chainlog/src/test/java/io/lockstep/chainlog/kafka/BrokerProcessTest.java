package io.lockstep.chainlog.kafka;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BrokerProcessTest {
  @Test
  void aBrokerThatEndsAtOnceSaysWhy(@TempDir Path dir) throws Exception {
    Path file = Files.writeString(dir.resolve("kafka"), "a file where the directory should be");
    IOException failure = assertThrows(IOException.class, () -> BrokerProcess.start(file));
    assertTrue(
        failure.getMessage().contains("the broker's directory cannot be used: " + file),
        failure.getMessage());
  }
}
