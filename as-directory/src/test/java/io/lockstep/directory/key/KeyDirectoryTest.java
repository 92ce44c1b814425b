package io.lockstep.directory.key;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeyDirectoryTest {
  @TempDir Path dir;

  @Test
  void aPrivateKeyIsForItsOwnerAloneAndIsTheSameAgain() throws Exception {
    KeyDirectory keys = open();
    byte[] made = keys.signingKey("a.pem").getEncoded();

    assertEquals("rw-------", permissions(keys.file("a.pem")));
    assertEquals("rwx------", permissions(dir.resolve("keys")));
    assertArrayEquals(made, open().signingKey("a.pem").getEncoded());
  }

  @Test
  void aPrivateKeyThatOthersMayReadIsRefused() throws Exception {
    KeyDirectory keys = open();
    keys.signingKey("a.pem").getEncoded();
    Files.setPosixFilePermissions(keys.file("a.pem"), PosixFilePermissions.fromString("rw-r-----"));

    assertThrows(IllegalStateException.class, () -> open().signingKey("a.pem"));
  }

  @Test
  void aFileThatIsNoKeyIsRefused() throws Exception {
    KeyDirectory keys = open();
    keys.signingKey("a.pem").getEncoded();
    Files.writeString(keys.file("a.pem"), "not a key\n");

    assertThrows(IllegalStateException.class, () -> keys.signingKey("a.pem"));
  }

  @Test
  void nodesThatStartAtOnceAgreeOnOneKeyAndLeaveNoDrafts() throws Exception {
    Set<String> seen = new HashSet<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Callable<byte[]>> starts = new ArrayList<>();
      for (int i = 0; i < 16; i++) {
        starts.add(() -> open().signingKey("a.pem").getEncoded());
      }
      for (Future<byte[]> key : threads.invokeAll(starts)) {
        seen.add(java.util.HexFormat.of().formatHex(key.get()));
      }
    }

    assertEquals(1, seen.size());
    try (Stream<Path> files = Files.list(dir.resolve("keys"))) {
      assertEquals(1, files.count());
    }
  }

  private KeyDirectory open() {
    return KeyDirectory.open(dir.resolve("keys"), new SecureRandom());
  }

  private static String permissions(Path file) throws java.io.IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
  }
}
