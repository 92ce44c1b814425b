package io.lockstep.gateway.token;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Optional;

/**
 * Who the tokens are for that were verified lately. A client shows the same token with each of its
 * calls, and all of them do so at once after a gateway was cut off. Kept by their SHA-256, so that
 * a dump of memory holds no token; one that differs in a single bit is another one. Bounded.
 * Thread-safe.
 */
final class VerifiedTokens {
  /** As many clients as a gateway is made for; some 250 bytes each. */
  private static final int KEPT_MAX = 65_536;

  /** SHA-256 of a token. */
  private record Digest(long first, long second, long third, long fourth) {
    static Digest of(String token) {
      ByteBuffer hash;
      try {
        hash =
            ByteBuffer.wrap(
                MessageDigest.getInstance("SHA-256")
                    .digest(token.getBytes(StandardCharsets.UTF_8)));
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException("every Java platform has SHA-256", e);
      }
      return new Digest(hash.getLong(), hash.getLong(), hash.getLong(), hash.getLong());
    }
  }

  /** Evicts on the calling thread: it is a few memory accesses. */
  private final Cache<Digest, ClientIdentity> kept =
      Caffeine.newBuilder().maximumSize(KEPT_MAX).executor(Runnable::run).build();

  Optional<ClientIdentity> get(String token) {
    return Optional.ofNullable(kept.getIfPresent(Digest.of(token)));
  }

  void put(String token, ClientIdentity identity) {
    kept.put(Digest.of(token), identity);
  }
}
