package io.lockstep.directory.key;

import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.Set;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;
import org.bouncycastle.crypto.util.PrivateKeyFactory;
import org.bouncycastle.crypto.util.PrivateKeyInfoFactory;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemReader;
import org.bouncycastle.util.io.pem.PemWriter;

/**
 * A directory of PEM files that belongs to the service. Private keys are PKCS#8 in files that only
 * their owner may read; a key file that others may read is refused. Files appear whole or not at
 * all, and a private key is made once: nodes that start on one directory agree on the first.
 */
public final class KeyDirectory {
  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rw-------");
  private static final Set<PosixFilePermission> READABLE =
      PosixFilePermissions.fromString("rw-r--r--");
  private static final Set<PosixFilePermission> DIRECTORY =
      PosixFilePermissions.fromString("rwx------");

  private final Path directory;
  private final SecureRandom random;

  private KeyDirectory(Path directory, SecureRandom random) {
    this.directory = directory;
    this.random = random;
  }

  /** Opens the directory, or makes it with access for its owner alone. */
  public static KeyDirectory open(Path directory, SecureRandom random) {
    try {
      if (!Files.isDirectory(directory)) {
        Files.createDirectories(directory, PosixFilePermissions.asFileAttribute(DIRECTORY));
      }
      return new KeyDirectory(directory, random);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot make the keys directory " + directory, e);
    }
  }

  public Path file(String name) {
    return directory.resolve(name);
  }

  /** The Ed25519 private key in a file; made if there is no such file. */
  public Ed25519PrivateKeyParameters signingKey(String name) {
    Path file = file(name);
    try {
      if (!Files.exists(file)) {
        create(file, new Ed25519PrivateKeyParameters(random));
      }
      requireOwnerOnly(file);
      return (Ed25519PrivateKeyParameters) PrivateKeyFactory.createKey(pem(file, "PRIVATE KEY"));
    } catch (ClassCastException e) {
      throw new IllegalStateException(file + " holds a private key that is not Ed25519", e);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read or make the private key " + file, e);
    }
  }

  /** The content of a PEM file of this directory; empty if there is no such file. */
  public Optional<byte[]> read(String name, String type) {
    Path file = file(name);
    try {
      return Files.exists(file) ? Optional.of(pem(file, type)) : Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file, e);
    }
  }

  /** Writes a PEM file that everybody may read. */
  public void publish(String name, String type, byte[] der) {
    publish(name, pemText(type, der));
  }

  /** Writes a text file that everybody may read. */
  public void publish(String name, String text) {
    Path file = file(name);
    try {
      Path draft = draft(text, READABLE);
      Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + file, e);
    }
  }

  private void create(Path file, Ed25519PrivateKeyParameters key) throws IOException {
    byte[] pkcs8 = PrivateKeyInfoFactory.createPrivateKeyInfo(key).getEncoded();
    Path draft = draft(pemText("PRIVATE KEY", pkcs8), OWNER_ONLY);
    try {
      // A link, since a move could replace the key that another node has just made.
      Files.createLink(file, draft);
    } catch (FileAlreadyExistsException e) {
      // The other node's key is the key.
      return;
    } finally {
      Files.delete(draft);
    }
  }

  private Path draft(String text, Set<PosixFilePermission> permissions) throws IOException {
    Path draft =
        Files.createTempFile(
            directory, ".draft", null, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
    try (FileChannel channel = FileChannel.open(draft, StandardOpenOption.WRITE)) {
      ByteBuffer bytes = StandardCharsets.US_ASCII.encode(text);
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
    return Files.setPosixFilePermissions(draft, permissions);
  }

  private static void requireOwnerOnly(Path file) throws IOException {
    Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
    if (!OWNER_ONLY.containsAll(permissions)) {
      throw new IllegalStateException(
          file
              + " is a private key that others may access ("
              + PosixFilePermissions.toString(permissions)
              + "); make it rw-------");
    }
  }

  private static byte[] pem(Path file, String type) throws IOException {
    try (PemReader reader = new PemReader(Files.newBufferedReader(file))) {
      PemObject object = reader.readPemObject();
      if (object == null || !object.getType().equals(type)) {
        throw new IllegalStateException(file + " does not begin with a PEM block " + type);
      }
      return object.getContent();
    }
  }

  private static String pemText(String type, byte[] der) {
    StringWriter text = new StringWriter();
    try (PemWriter writer = new PemWriter(text)) {
      writer.writeObject(new PemObject(type, der));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString();
  }
}
