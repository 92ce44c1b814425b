package io.lockstep.client.state;

import io.lockstep.mls.MlsException;
import io.lockstep.mls.codec.TlsReader;
import io.lockstep.mls.codec.TlsWriter;
import io.lockstep.mls.crypto.Secret;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import javax.crypto.AEADBadTagException;

/**
 * Named records in a directory, each in an encrypted file of its own. A write is atomic: a crash at
 * any moment leaves the old record or the new one. One process at a time may have the directory
 * open.
 *
 * <pre>file = "LKSR" || version 1 || sealed (name as 2 bytes length and UTF-8, record)</pre>
 *
 * <p>What it does not do: notice that somebody put back an older copy of a whole file, or scrub the
 * blocks of the disk where a replaced file was.
 */
public final class StateVault implements AutoCloseable {
  private static final byte[] HEADER = {'L', 'K', 'S', 'R', 1};
  private static final String KEY_FILE = "vault.key";
  private static final String LOCK_FILE = "lock";
  private static final String SUFFIX = ".state";
  private static final String TEMPORARY_SUFFIX = ".tmp";

  private final Path directory;
  private final Secret key;
  private final Sealing sealing;
  private final FileChannel lock;

  private StateVault(Path directory, Secret key, SecureRandom random, FileChannel lock) {
    this.directory = directory;
    this.key = key;
    this.sealing = new Sealing(key, random);
    this.lock = lock;
  }

  /**
   * Opens the directory, or makes it. {@link StateException.WrongKey}, {@link
   * StateException.InUse}, {@link StateException.Damaged}.
   */
  public static StateVault open(Path directory, StateKey stateKey, SecureRandom random) {
    FileChannel lock = null;
    try {
      OwnerOnly.createDirectories(directory);
      lock = lock(directory.resolve(LOCK_FILE));
      deleteTemporaries(directory);
      Path keyFile = directory.resolve(KEY_FILE);
      if (!Files.exists(keyFile)) {
        replace(keyFile, VaultKey.create(stateKey, random));
      }
      Secret key = VaultKey.open(Files.readAllBytes(keyFile), stateKey, random);
      return new StateVault(directory, key, random, lock);
    } catch (IOException e) {
      release(lock);
      throw new StateException.Unwritable(e);
    } catch (StateException e) {
      release(lock);
      throw e;
    }
  }

  public Optional<byte[]> read(String name) {
    try {
      Opened opened = open(file(name));
      if (!opened.name.equals(name)) {
        throw new StateException.Damaged(name, null);
      }
      return Optional.of(opened.record);
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new StateException.Unwritable(e);
    }
  }

  /** On return the record is on disk, also when the thread was interrupted meanwhile. */
  public void write(String name, byte[] record) {
    byte[] nameBytes = name.getBytes(StandardCharsets.UTF_8);
    byte[] plaintext =
        new TlsWriter(nameBytes.length + record.length + 8)
            .opaque(nameBytes)
            .raw(record)
            .toByteArray();
    Path file = file(name);
    byte[] sealed = sealing.seal(file.getFileName().toString(), plaintext);
    Arrays.fill(plaintext, (byte) 0);
    byte[] content = Arrays.copyOf(HEADER, HEADER.length + sealed.length);
    System.arraycopy(sealed, 0, content, HEADER.length, sealed.length);
    uninterrupted(() -> replace(file, content));
  }

  public void delete(String name) {
    uninterrupted(
        () -> {
          Files.deleteIfExists(file(name));
          forceDirectory(directory);
        });
  }

  /** All names that start with {@code prefix}. */
  public List<String> names(String prefix) {
    List<String> names = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*" + SUFFIX)) {
      for (Path file : files) {
        String name = open(file).name;
        if (name.startsWith(prefix)) {
          names.add(name);
        }
      }
    } catch (IOException e) {
      throw new StateException.Unwritable(e);
    }
    return names;
  }

  /** Wipes the key and lets other processes in. */
  @Override
  public void close() {
    key.close();
    release(lock);
  }

  private static final class Opened {
    final String name;
    final byte[] record;

    Opened(String name, byte[] record) {
      this.name = name;
      this.record = record;
    }
  }

  private Opened open(Path file) throws IOException {
    String fileName = file.getFileName().toString();
    byte[] content = Files.readAllBytes(file);
    if (content.length < HEADER.length
        || !Arrays.equals(content, 0, HEADER.length, HEADER, 0, HEADER.length)) {
      throw new StateException.UnknownFormat(fileName);
    }
    try {
      byte[] plaintext =
          sealing.open(fileName, Arrays.copyOfRange(content, HEADER.length, content.length));
      TlsReader in = new TlsReader(plaintext);
      String name = new String(in.opaque(), StandardCharsets.UTF_8);
      return new Opened(name, in.raw(in.remaining()));
    } catch (AEADBadTagException | MlsException e) {
      throw new StateException.Damaged(fileName, e);
    }
  }

  private Path file(String name) {
    return directory.resolve(sealing.pseudonym(name) + SUFFIX);
  }

  /** A change of files that may be begun anew. */
  private interface Change {
    void run() throws IOException;
  }

  /**
   * Carries a change through although the thread is interrupted, as threads are when the client
   * closes: file channels give up then, and it would not be known what is on disk. The thread stays
   * interrupted.
   */
  private static void uninterrupted(Change change) {
    boolean interrupted = Thread.interrupted();
    try {
      while (true) {
        try {
          change.run();
          return;
        } catch (ClosedByInterruptException e) {
          interrupted |= Thread.interrupted();
        }
      }
    } catch (IOException e) {
      throw new StateException.Unwritable(e);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static void replace(Path file, byte[] content) throws IOException {
    Path temporary = file.resolveSibling(file.getFileName() + TEMPORARY_SUFFIX);
    Files.deleteIfExists(temporary);
    OwnerOnly.write(temporary, content);
    Files.move(
        temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    forceDirectory(file.getParent());
  }

  /** Makes the renaming itself durable; file systems that cannot open a directory do without. */
  private static void forceDirectory(Path directory) throws IOException {
    if (System.getProperty("os.name").startsWith("Windows")) {
      return;
    }
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  private static void deleteTemporaries(Path directory) throws IOException {
    try (DirectoryStream<Path> files =
        Files.newDirectoryStream(directory, "*" + TEMPORARY_SUFFIX)) {
      for (Path file : files) {
        Files.delete(file);
      }
    }
  }

  private static FileChannel lock(Path file) throws IOException {
    FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    FileLock held;
    try {
      held = channel.tryLock();
    } catch (OverlappingFileLockException e) {
      held = null;
    }
    if (held == null) {
      channel.close();
      throw new StateException.InUse();
    }
    return channel;
  }

  private static void release(FileChannel lock) {
    if (lock != null) {
      try {
        lock.close();
      } catch (IOException e) {
        throw new StateException.Unwritable(e);
      }
    }
  }
}
