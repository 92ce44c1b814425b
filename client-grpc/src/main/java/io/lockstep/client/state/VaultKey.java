package io.lockstep.client.state;

import io.lockstep.mls.MlsException;
import io.lockstep.mls.codec.TlsReader;
import io.lockstep.mls.codec.TlsWriter;
import io.lockstep.mls.crypto.Secret;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.AEADBadTagException;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.params.Argon2Parameters;

/**
 * The file {@code vault.key}: the random data key of a directory, sealed under the {@link StateKey}
 * of its owner.
 *
 * <pre>
 * "LKSV" || version 1 || kdf || kdf parameters || sealed data key
 * kdf 1: raw key, no parameters
 * kdf 2: Argon2id, uint32 memory in KiB, uint8 iterations, uint8 lanes, opaque salt
 * </pre>
 */
final class VaultKey {
  private static final byte[] MAGIC = {'L', 'K', 'S', 'V'};
  private static final int VERSION = 1;
  private static final int KDF_RAW = 1;
  private static final int KDF_ARGON2ID = 2;

  /** RFC 9106, section 4, second recommended option: 64 MiB, three passes. */
  private static final int MEMORY_KIB = 64 * 1024;

  private static final int ITERATIONS = 3;
  private static final int LANES = 4;
  private static final int SALT_LENGTH = 16;
  private static final int MEMORY_KIB_MAX = 1024 * 1024;
  private static final int KEY_LENGTH = 32;
  private static final String NAME = "vault.key";

  private VaultKey() {}

  /** A new data key, sealed: the content of the file. */
  static byte[] create(StateKey key, SecureRandom random) {
    TlsWriter out = new TlsWriter().raw(MAGIC).uint8(VERSION);
    Secret wrapping =
        switch (key) {
          case StateKey.Raw raw -> {
            out.uint8(KDF_RAW);
            yield raw.secret().copy();
          }
          case StateKey.Passphrase passphrase -> {
            byte[] salt = new byte[SALT_LENGTH];
            random.nextBytes(salt);
            out.uint8(KDF_ARGON2ID).uint32(MEMORY_KIB).uint8(ITERATIONS).uint8(LANES).opaque(salt);
            yield argon2id(passphrase.secret(), salt, MEMORY_KIB, ITERATIONS, LANES);
          }
        };
    try (wrapping;
        Secret data = Secret.random(KEY_LENGTH, random)) {
      return out.opaque(new Sealing(wrapping, random).seal(NAME, data.expose())).toByteArray();
    }
  }

  static Secret open(byte[] file, StateKey key, SecureRandom random) {
    try {
      return TlsReader.decodeAll(file, in -> read(in, key, random));
    } catch (MlsException e) {
      throw new StateException.Damaged(NAME, e);
    }
  }

  private static Secret read(TlsReader in, StateKey key, SecureRandom random) throws MlsException {
    if (!Arrays.equals(in.raw(MAGIC.length), MAGIC) || in.uint8() != VERSION) {
      throw new StateException.UnknownFormat(NAME);
    }
    try (Secret wrapping = wrapping(in, key)) {
      return Secret.take(new Sealing(wrapping, random).open(NAME, in.opaque()));
    } catch (AEADBadTagException e) {
      throw new StateException.WrongKey();
    }
  }

  private static Secret wrapping(TlsReader in, StateKey key) throws MlsException {
    int kdf = in.uint8();
    return switch (kdf) {
      case KDF_RAW -> {
        if (!(key instanceof StateKey.Raw raw)) {
          throw new StateException.WrongKey();
        }
        yield raw.secret().copy();
      }
      case KDF_ARGON2ID -> {
        long memory = in.uint32();
        int iterations = in.uint8();
        int lanes = in.uint8();
        byte[] salt = in.opaque();
        if (!(key instanceof StateKey.Passphrase passphrase)) {
          throw new StateException.WrongKey();
        }
        if (memory > MEMORY_KIB_MAX || iterations == 0 || lanes == 0 || memory < 8L * lanes) {
          throw new StateException.Damaged(NAME, null);
        }
        yield argon2id(passphrase.secret(), salt, (int) memory, iterations, lanes);
      }
      default -> throw new StateException.UnknownFormat(NAME);
    };
  }

  private static Secret argon2id(
      Secret passphrase, byte[] salt, int memoryKib, int iterations, int lanes) {
    Argon2BytesGenerator generator = new Argon2BytesGenerator();
    generator.init(
        new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
            .withVersion(Argon2Parameters.ARGON2_VERSION_13)
            .withMemoryAsKB(memoryKib)
            .withIterations(iterations)
            .withParallelism(lanes)
            .withSalt(salt)
            .build());
    byte[] key = new byte[KEY_LENGTH];
    generator.generateBytes(passphrase.expose(), key);
    return Secret.take(key);
  }
}
