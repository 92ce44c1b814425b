package io.lockstep.gateway.admission;

/**
 * What is counted to bound how fast clients may send. A client is the one that its token names;
 * without a token it is its connection. The name is what a refusal tells, and what the setting is
 * called.
 */
public enum RateLimit {
  /** Submissions of one client. */
  CLIENT_SUBMITS("client-submits", 100, 500),
  /** Bytes of one client's submissions. */
  CLIENT_BYTES("client-bytes", 4 << 20, 16 << 20, SubmitLimits.REQUEST_MAX),
  /** Submissions for one group, whoever sends them. */
  GROUP_SUBMITS("group-submits", 500, 2_000),
  /** Bytes of the submissions for one group. */
  GROUP_BYTES("group-bytes", 16 << 20, 64 << 20, SubmitLimits.REQUEST_MAX),
  /** Submissions in all. */
  GATEWAY_SUBMITS("gateway-submits", 20_000, 20_000),
  /** Bytes of all submissions. */
  GATEWAY_BYTES("gateway-bytes", 200 << 20, 200 << 20, SubmitLimits.REQUEST_MAX),
  /** Attachments that one client asks for. */
  CLIENT_ATTACHES("client-attaches", 200, 1_000),
  /** Attachments to one group, by clients that have shown its pass. */
  GROUP_ATTACHES("group-attaches", 10_000, 100_000),
  /** Attachments that all ask for. */
  GATEWAY_ATTACHES("gateway-attaches", 10_000, 100_000),
  /** Calls of Send by one client. */
  CLIENT_SENDS("client-sends", 100, 500),
  /** Frames that those bring. */
  CLIENT_FRAMES("client-frames", 10_000, 20_000, SubmitLimits.FRAMES_MAX),
  /** Calls of Send by all. */
  GATEWAY_SENDS("gateway-sends", 20_000, 20_000);

  private final String label;
  private final long perSecond;
  private final long burst;
  private final long requestMax;

  RateLimit(String label, long perSecond, long burst) {
    this(label, perSecond, burst, 1);
  }

  /**
   * @param perSecond of the standard rate, as is {@code burst}
   * @param requestMax what a single request may cost
   */
  RateLimit(String label, long perSecond, long burst, long requestMax) {
    this.label = label;
    this.perSecond = perSecond;
    this.burst = burst;
    this.requestMax = requestMax;
    check(standard());
  }

  /** Its name for people, and for clients. */
  public String label() {
    return label;
  }

  final Rate standard() {
    return new Rate(perSecond, burst);
  }

  /** A burst has room for the largest request: it would never get in otherwise. */
  final void check(Rate rate) {
    if (rate.burst() < requestMax) {
      throw new IllegalArgumentException(
          "a burst of " + label + " must have room for one request of " + requestMax);
    }
  }
}
