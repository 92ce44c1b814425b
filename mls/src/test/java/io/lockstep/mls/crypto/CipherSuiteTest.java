package io.lockstep.mls.crypto;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.lockstep.mls.MlsException;
import io.lockstep.mls.SignatureKeyPair;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CipherSuiteTest {
  private static final byte[] DATA = {1, 2, 3};
  private static final byte[] NO_CONTEXT = {};
  private final SecureRandom random = new SecureRandom();

  @ParameterizedTest
  @EnumSource
  void bothSidesExportTheSameSecret(CipherSuite suite) throws Exception {
    HpkeKeyPair keys = suite.generateHpkeKeyPair(random);
    Encapsulated sent = suite.exportTo(keys.publicKey(), DATA, suite.hashLength(), random);
    assertEquals(sent.secret(), suite.exportFrom(keys, sent.kemOutput(), DATA, suite.hashLength()));
    assertNotEquals(
        sent.secret(), suite.exportFrom(keys, sent.kemOutput(), NO_CONTEXT, suite.hashLength()));
  }

  @ParameterizedTest
  @EnumSource
  void bitFlippedCiphertextIsUndecryptableAndTheGenuineOneStillOpens(CipherSuite suite)
      throws Exception {
    HpkeKeyPair keys = suite.generateHpkeKeyPair(random);
    HpkeCiphertext genuine =
        suite.encryptWithLabel(keys.publicKey(), "test", NO_CONTEXT, DATA, random);
    byte[] flipped = genuine.ciphertext();
    flipped[0] ^= 1;
    HpkeCiphertext altered = new HpkeCiphertext(genuine.kemOutput(), flipped);
    assertThrows(
        MlsException.Undecryptable.class,
        () -> suite.decryptWithLabel(keys, "test", NO_CONTEXT, altered));
    assertThrows(
        MlsException.Undecryptable.class,
        () -> suite.decryptWithLabel(keys, "test", NO_CONTEXT, new HpkeCiphertext(DATA, flipped)));
    assertArrayEquals(DATA, suite.decryptWithLabel(keys, "test", NO_CONTEXT, genuine));
  }

  @ParameterizedTest
  @EnumSource
  void malformedPublicKeysAreRefused(CipherSuite suite) {
    int length = suite.generateHpkeKeyPair(random).publicKey().length();
    for (int size : new int[] {0, 1, length - 1, length, length + 1}) {
      HpkePublicKey zeros = new HpkePublicKey(new byte[size]);
      assertThrows(
          MlsException.Invalid.class,
          () -> suite.encryptWithLabel(zeros, "test", NO_CONTEXT, DATA, random));
      SignaturePublicKey key = new SignaturePublicKey(new byte[size]);
      assertFalse(suite.verifyWithLabel(key, "test", DATA, DATA));
    }
  }

  @ParameterizedTest
  @EnumSource
  void storedSignatureKeyComesBackTheSame(CipherSuite suite) throws Exception {
    SignatureKeyPair keys = SignatureKeyPair.generate(suite, random);
    SignatureKeyPair back = SignatureKeyPair.decode(keys.encode());
    assertEquals(keys.publicKey(), back.publicKey());
    assertEquals(keys.privateKey(), back.privateKey());
    assertEquals(suite, back.suite());
  }

  @ParameterizedTest
  @EnumSource
  void threadsDoNotDisturbEachOther(CipherSuite suite) throws Exception {
    HpkeKeyPair keys = suite.generateHpkeKeyPair(random);
    SignatureKeyPair signer = SignatureKeyPair.generate(suite, random);
    Callable<Boolean> roundTrip =
        () -> {
          byte[] context = new byte[Math.toIntExact(Thread.currentThread().threadId() % 100)];
          for (int i = 0; i < 5; i++) {
            HpkeCiphertext sealed =
                suite.encryptWithLabel(keys.publicKey(), "t", context, DATA, random);
            assertArrayEquals(DATA, suite.decryptWithLabel(keys, "t", context, sealed));
            byte[] signature = signer.sign("t", context);
            if (!suite.verifyWithLabel(signer.publicKey(), "t", context, signature)) {
              return false;
            }
          }
          return true;
        };
    List<Callable<Boolean>> tasks = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      tasks.add(roundTrip);
    }
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (var result : threads.invokeAll(tasks)) {
        assertEquals(true, result.get());
      }
    }
  }
}
