package io.lockstep.mls.crypto;

import io.lockstep.mls.MlsException;
import java.security.GeneralSecurityException;
import java.security.spec.AlgorithmParameterSpec;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** The authenticated ciphers of RFC 9180 section 7.3, from the JDK. */
enum Aead {
  AES_128_GCM("AES/GCM/NoPadding", "AES", 16, 0x0001),
  AES_256_GCM("AES/GCM/NoPadding", "AES", 32, 0x0002),
  CHACHA20_POLY1305("ChaCha20-Poly1305", "ChaCha20", 32, 0x0003);

  static final int NONCE_LENGTH = 12;
  static final int TAG_LENGTH = 16;

  private final String transformation;
  private final String keyAlgorithm;
  final int keyLength;
  final int id;

  Aead(String transformation, String keyAlgorithm, int keyLength, int id) {
    this.transformation = transformation;
    this.keyAlgorithm = keyAlgorithm;
    this.keyLength = keyLength;
    this.id = id;
  }

  byte[] seal(byte[] key, byte[] nonce, byte[] authenticatedData, byte[] plaintext) {
    try {
      return run(Cipher.ENCRYPT_MODE, key, nonce, authenticatedData, plaintext);
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException("cannot seal with " + this, e);
    }
  }

  byte[] open(byte[] key, byte[] nonce, byte[] authenticatedData, byte[] ciphertext)
      throws MlsException.Undecryptable {
    if (ciphertext.length < TAG_LENGTH) {
      throw new MlsException.Undecryptable("ciphertext is shorter than its tag");
    }
    try {
      return run(Cipher.DECRYPT_MODE, key, nonce, authenticatedData, ciphertext);
    } catch (AEADBadTagException e) {
      throw new MlsException.Undecryptable("authentication tag does not match");
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException("cannot open with " + this, e);
    }
  }

  private byte[] run(int mode, byte[] key, byte[] nonce, byte[] authenticatedData, byte[] input)
      throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance(transformation);
    AlgorithmParameterSpec parameters =
        this == CHACHA20_POLY1305
            ? new IvParameterSpec(nonce)
            : new GCMParameterSpec(8 * TAG_LENGTH, nonce);
    cipher.init(mode, new SecretKeySpec(key, keyAlgorithm), parameters);
    cipher.updateAAD(authenticatedData);
    return cipher.doFinal(input);
  }
}
