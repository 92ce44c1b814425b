package io.lockstep.gateway.streams;

import io.lockstep.api.v1.Reason;
import io.lockstep.gateway.admission.Refused;

/**
 * The client's end of a connection. {@link #ready} limits only deliveries: the other frames are few
 * and bounded by what the client asked for.
 */
public interface Sink<F> {
  /** Whether another delivery may be handed over. If not, {@link Client#ready} is called later. */
  boolean ready();

  /**
   * By which its line knows it, for all its life; negative when it is not handed frames together
   * with others.
   */
  int place();

  void delivery(String key, F frame);

  /** A stream is attached; the client may leave so much of it unacknowledged. */
  void attached(String key, long sequence, long epoch, CreditLimits credit);

  void caughtUp(String key, long sequence);

  void gap(String key, long firstAvailable);

  void passRequired(String key, long epoch, long graceMillis);

  /** An attachment is refused since the stream has too many, or too many at once. */
  void refused(String key, Refused why);

  /** {@link Reason#REASON_UNSPECIFIED} when the client asked for it. */
  void detached(String key, Reason reason);
}
