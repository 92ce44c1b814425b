package io.lockstep.client.state;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StateVaultTest {
  private static final byte[] RECORD = "nobody reads this on disk".getBytes(StandardCharsets.UTF_8);

  @TempDir Path parent;
  private final SecureRandom random = new SecureRandom();
  private final StateKey key = StateKey.raw(new byte[StateKey.RAW_LENGTH]);
  private Path directory;

  @BeforeEach
  void directory() {
    directory = parent.resolve("state");
  }

  private StateVault open() {
    return StateVault.open(directory, key, random);
  }

  private List<Path> records() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.filter(f -> f.toString().endsWith(".state")).toList();
    }
  }

  private void stored() {
    try (StateVault vault = open()) {
      vault.write("group/1", RECORD);
    }
  }

  @Test
  void whatWasWrittenIsReadAfterReopening() {
    stored();
    try (StateVault vault = open()) {
      assertArrayEquals(RECORD, vault.read("group/1").orElseThrow());
      assertEquals(List.of("group/1"), vault.names("group/"));
      assertFalse(vault.read("group/2").isPresent());
    }
  }

  @Test
  void neitherNamesNorContentAreLegibleOnDisk() throws IOException {
    stored();
    Path file = records().getFirst();
    String content = Files.readString(file, StandardCharsets.ISO_8859_1);
    assertFalse(content.contains("nobody"));
    assertFalse(content.contains("group"));
    assertFalse(file.toString().contains("group"));
  }

  @Test
  void theSameRecordIsNeverTheSameOnDisk() throws IOException {
    stored();
    byte[] first = Files.readAllBytes(records().getFirst());
    stored();
    assertFalse(Arrays.equals(first, Files.readAllBytes(records().getFirst())));
  }

  @Test
  void anotherKeyDoesNotOpenIt() {
    stored();
    byte[] other = new byte[StateKey.RAW_LENGTH];
    other[31] = 1;
    assertThrows(
        StateException.WrongKey.class,
        () -> StateVault.open(directory, StateKey.raw(other), random));
    assertThrows(
        StateException.WrongKey.class,
        () -> StateVault.open(directory, StateKey.passphrase("guess"), random));
    open().close();
  }

  @Test
  void aPassphraseOpensWhatItClosedAndAnotherDoesNot() {
    try (StateVault vault = StateVault.open(directory, StateKey.passphrase("correct"), random)) {
      vault.write("a", RECORD);
    }
    assertThrows(
        StateException.WrongKey.class,
        () -> StateVault.open(directory, StateKey.passphrase("corrects"), random));
    try (StateVault vault = StateVault.open(directory, StateKey.passphrase("correct"), random)) {
      assertArrayEquals(RECORD, vault.read("a").orElseThrow());
    }
  }

  @Test
  void everyFlippedByteIsNoticed() throws IOException {
    stored();
    Path file = records().getFirst();
    byte[] good = Files.readAllBytes(file);
    try (StateVault vault = open()) {
      for (int i = 0; i < good.length; i++) {
        byte[] bad = good.clone();
        bad[i] ^= 0x10;
        Files.write(file, bad);
        assertThrows(StateException.class, () -> vault.read("group/1"), "byte " + i);
      }
      Files.write(file, Arrays.copyOf(good, good.length - 1));
      assertThrows(StateException.Damaged.class, () -> vault.read("group/1"));
    }
  }

  @Test
  void oneRecordCannotStandInForAnother() throws IOException {
    stored();
    try (StateVault vault = open()) {
      Path first = records().getFirst();
      vault.write("group/2", new byte[] {1});
      Path second =
          records().stream().filter(file -> !file.equals(first)).findFirst().orElseThrow();
      Files.copy(first, second, StandardCopyOption.REPLACE_EXISTING);
      assertThrows(StateException.Damaged.class, () -> vault.read("group/2"));
    }
  }

  @Test
  void aCrashBetweenWriteAndRenameLeavesTheOldRecord() throws IOException {
    stored();
    Path file = records().getFirst();
    Files.write(file.resolveSibling(file.getFileName() + ".tmp"), new byte[] {1, 2, 3});
    try (StateVault vault = open()) {
      assertArrayEquals(RECORD, vault.read("group/1").orElseThrow());
    }
    try (Stream<Path> files = Files.list(directory)) {
      Set<String> left = files.map(f -> f.getFileName().toString()).collect(Collectors.toSet());
      assertEquals(Set.of("lock", "vault.key", file.getFileName().toString()), left);
    }
  }

  @Test
  void anInterruptedThreadWritesToTheEndAndStaysInterrupted() {
    try (StateVault vault = open()) {
      Thread.currentThread().interrupt();
      vault.write("group/1", RECORD);
      assertTrue(Thread.interrupted());
      assertArrayEquals(RECORD, vault.read("group/1").orElseThrow());
      Thread.currentThread().interrupt();
      vault.delete("group/1");
      assertTrue(Thread.interrupted());
      assertFalse(vault.read("group/1").isPresent());
    }
  }

  @Test
  void onlyOneHasItOpen() {
    StateVault vault = open();
    assertThrows(StateException.InUse.class, this::open);
    vault.close();
    open().close();
  }
}
