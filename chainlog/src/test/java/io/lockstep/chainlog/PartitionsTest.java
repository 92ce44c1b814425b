package io.lockstep.chainlog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class PartitionsTest {
  /** Golden: a partition can never change, or streams would be lost. SHA-256 computed elsewhere. */
  @Test
  void thePartitionOfAKeyIsFixedForEver() {
    assertEquals(51, Partitions.of("g:00ff", 64));
    assertEquals(3, Partitions.of("i:\u00e9", 8));
    assertEquals(0, Partitions.of("anything", 1));
  }

  @Test
  void aSillyNumberOfPartitionsIsRefused() {
    assertThrows(IllegalArgumentException.class, () -> Partitions.of("a", 0));
    assertThrows(
        IllegalArgumentException.class, () -> Partitions.of("a", Partitions.PARTITIONS_MAX + 1));
  }

  @Test
  void aLogsNameIsLegalInKafka() {
    assertEquals("lockstep.keys.submissions", new LogName("lockstep.keys").submissions());
    assertThrows(IllegalArgumentException.class, () -> new LogName("Lock Step"));
    assertThrows(IllegalArgumentException.class, () -> new LogName(""));
  }
}
