package io.lockstep.mls;

import io.lockstep.mls.codec.Encodable;
import io.lockstep.mls.codec.TlsReader;
import io.lockstep.mls.codec.TlsWriter;
import java.time.Duration;
import java.time.Instant;

/** Both ends inclusive, in seconds since 1970, unsigned 64-bit (RFC 9420 section 7.2). */
public record Lifetime(long notBefore, long notAfter) implements Encodable {
  /**
   * The longest lifetime that is accepted in a KeyPackage unless the application says otherwise
   * (section 7.2 asks for one).
   */
  public static final Duration TOTAL_MAX = Duration.ofDays(400);

  /** How far a client's own clock may lag behind: a lifetime starts so much before it was made. */
  public static final Duration CLOCK_SKEW = Duration.ofHours(1);

  /** From a little before {@code now} until {@code duration} after it. */
  public static Lifetime starting(Instant now, Duration duration) {
    return new Lifetime(
        now.minus(CLOCK_SKEW).getEpochSecond(), now.plus(duration).getEpochSecond());
  }

  public static Lifetime decode(TlsReader in) throws MlsException.Malformed {
    return new Lifetime(in.uint64(), in.uint64());
  }

  /** Whether it has begun and not ended. */
  public boolean contains(Instant now) {
    long seconds = now.getEpochSecond();
    return Long.compareUnsigned(notBefore, seconds) <= 0
        && Long.compareUnsigned(seconds, notAfter) <= 0;
  }

  /** Of {@code max} with {@link #CLOCK_SKEW} added. One that ends before it begins is not long. */
  public boolean isLongerThan(Duration max) {
    return Long.compareUnsigned(notBefore, notAfter) <= 0
        && Long.compareUnsigned(notAfter - notBefore, max.plus(CLOCK_SKEW).toSeconds()) > 0;
  }

  @Override
  public void encodeTo(TlsWriter out) {
    out.uint64(notBefore).uint64(notAfter);
  }
}
