package io.lockstep.gateway.admission;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * A token bucket for each key, in fixed memory whatever keys come. A bucket is one number: the time
 * at which it will be full again. Keys are spread over the buckets by a hash with a secret of this
 * process, so that two keys share one seldom, and nobody can choose a key that shares another's.
 * Thread-safe.
 */
final class TokenBuckets {
  private final Rate rate;
  private final byte[] secret;
  private final AtomicLongArray fullAt;

  /**
   * @param count of buckets
   * @param secret random bytes, the same for the life of the buckets
   */
  TokenBuckets(Rate rate, int count, byte[] secret) {
    this.rate = rate;
    this.secret = secret.clone();
    this.fullAt = new AtomicLongArray(count);
  }

  /**
   * Takes from the key's bucket if there is enough in it.
   *
   * @param now nanoseconds since some fixed moment, never negative
   * @return 0, or how many nanoseconds later there would be enough
   */
  long take(String key, long cost, long now) {
    int bucket = bucket(key);
    long takes = rate.nanosFor(cost);
    long holds = rate.nanosFor(rate.burst());
    while (true) {
      long before = fullAt.get(bucket);
      long after = Math.max(before, now) + takes;
      if (after - now > holds) {
        return after - now - holds;
      }
      if (fullAt.compareAndSet(bucket, before, after)) {
        return 0;
      }
    }
  }

  private int bucket(String key) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(secret);
      long hash = ByteBuffer.wrap(digest.digest(key.getBytes(StandardCharsets.UTF_8))).getLong();
      return (int) Long.remainderUnsigned(hash, fullAt.length());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
