package io.lockstep.api;

import com.google.protobuf.ByteOutput;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** SHA-256 of ByteStrings where they lie, without a copy of them. */
public final class HashedBytes {
  /** Looking an algorithm up takes as long as hashing a short message. */
  private static final ThreadLocal<MessageDigest> SHA_256 =
      ThreadLocal.withInitial(HashedBytes::newSha256);

  private HashedBytes() {}

  /** Of this thread, and empty; to be used up before the next call. */
  public static MessageDigest sha256() {
    MessageDigest sha = SHA_256.get();
    sha.reset();
    return sha;
  }

  private static MessageDigest newSha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  public static void update(MessageDigest digest, ByteString bytes) {
    try {
      UnsafeByteOperations.unsafeWriteTo(bytes, new Into(digest));
    } catch (IOException e) {
      throw new UncheckedIOException("a digest takes everything", e);
    }
  }

  /** Keeps nothing of what it is shown. */
  private static final class Into extends ByteOutput {
    private final MessageDigest digest;

    Into(MessageDigest digest) {
      this.digest = digest;
    }

    @Override
    public void write(byte value) {
      digest.update(value);
    }

    @Override
    public void write(byte[] value, int offset, int length) {
      digest.update(value, offset, length);
    }

    @Override
    public void writeLazy(byte[] value, int offset, int length) {
      digest.update(value, offset, length);
    }

    @Override
    public void write(ByteBuffer value) {
      digest.update(value);
    }

    @Override
    public void writeLazy(ByteBuffer value) {
      digest.update(value);
    }
  }
}
