package io.lockstep.client.state;

import io.lockstep.mls.crypto.Secret;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;

/** What opens a state directory. */
public sealed interface StateKey {
  /** Length of a raw key, in bytes. */
  int RAW_LENGTH = 32;

  /** A passphrase of a person; stretched with Argon2id. */
  static StateKey passphrase(String passphrase) {
    if (passphrase.isEmpty()) {
      throw new IllegalArgumentException("an empty passphrase protects nothing");
    }
    return new Passphrase(Secret.take(passphrase.getBytes(StandardCharsets.UTF_8)));
  }

  /** 32 random bytes from a key store of the platform. */
  static StateKey raw(byte[] key) {
    if (key.length != RAW_LENGTH) {
      throw new IllegalArgumentException("a raw key has 32 bytes");
    }
    return new Raw(Secret.copyOf(key));
  }

  /**
   * A raw key in a file of its own, made at first use and readable by its owner only. Keep it on
   * another disk than the state: beside it, it protects copies of the state directory only.
   */
  static StateKey file(Path file, SecureRandom random) {
    try {
      if (!Files.exists(file)) {
        byte[] fresh = new byte[RAW_LENGTH];
        random.nextBytes(fresh);
        create(file, fresh);
      }
      return raw(Files.readAllBytes(file));
    } catch (IOException e) {
      throw new StateException.Unwritable(e);
    }
  }

  private static void create(Path file, byte[] key) throws IOException {
    Files.createDirectories(file.toAbsolutePath().getParent());
    try {
      OwnerOnly.write(file, key);
    } catch (FileAlreadyExistsException e) {
      // Another process was faster; its key is the one to read.
    }
  }

  /** Holds the UTF-8 bytes. */
  record Passphrase(Secret secret) implements StateKey {}

  /** Holds the key. */
  record Raw(Secret secret) implements StateKey {}
}
