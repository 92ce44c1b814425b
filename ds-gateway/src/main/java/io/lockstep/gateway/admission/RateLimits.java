package io.lockstep.gateway.admission;

/**
 * How fast a gateway takes what clients send. A client is the one that its token names; without a
 * token it is its connection.
 *
 * @param clientSubmits submissions of one client
 * @param clientBytes bytes of one client's submissions
 * @param groupSubmits submissions for one group, whoever sends them
 * @param groupBytes bytes of the submissions for one group
 * @param gatewaySubmits submissions in all
 * @param gatewayBytes bytes of all submissions
 * @param clientAttaches attachments that one client asks for
 * @param groupAttaches attachments to one group, by clients that have shown its pass
 * @param gatewayAttaches attachments that all ask for
 * @param clientSends calls of Send by one client
 * @param clientFrames frames that those bring
 */
public record RateLimits(
    Rate clientSubmits,
    Rate clientBytes,
    Rate groupSubmits,
    Rate groupBytes,
    Rate gatewaySubmits,
    Rate gatewayBytes,
    Rate clientAttaches,
    Rate groupAttaches,
    Rate gatewayAttaches,
    Rate clientSends,
    Rate clientFrames) {
  public static final RateLimits DEFAULT =
      new RateLimits(
          new Rate(100, 500),
          new Rate(4 << 20, 16 << 20),
          new Rate(500, 2_000),
          new Rate(16 << 20, 64 << 20),
          new Rate(20_000, 20_000),
          new Rate(200 << 20, 200 << 20),
          new Rate(200, 1_000),
          new Rate(10_000, 100_000),
          new Rate(10_000, 100_000),
          new Rate(100, 500),
          new Rate(10_000, 20_000));

  public RateLimits {
    for (Rate bytes : new Rate[] {clientBytes, groupBytes, gatewayBytes}) {
      if (bytes.burst() < SubmitLimits.REQUEST_MAX) {
        throw new IllegalArgumentException(
            "a burst of bytes must have room for one request of " + SubmitLimits.REQUEST_MAX);
      }
    }
    if (clientFrames.burst() < SubmitLimits.FRAMES_MAX) {
      throw new IllegalArgumentException(
          "a burst of frames must have room for one request of " + SubmitLimits.FRAMES_MAX);
    }
  }

  /** The same with another limit for the submissions of a client. */
  public RateLimits withClientSubmits(Rate other) {
    return new RateLimits(
        other,
        clientBytes,
        groupSubmits,
        groupBytes,
        gatewaySubmits,
        gatewayBytes,
        clientAttaches,
        groupAttaches,
        gatewayAttaches,
        clientSends,
        clientFrames);
  }

  /** The same with another limit for the submissions to a group. */
  public RateLimits withGroupSubmits(Rate other) {
    return new RateLimits(
        clientSubmits,
        clientBytes,
        other,
        groupBytes,
        gatewaySubmits,
        gatewayBytes,
        clientAttaches,
        groupAttaches,
        gatewayAttaches,
        clientSends,
        clientFrames);
  }

  /** The same with another limit for attachments. */
  public RateLimits withClientAttaches(Rate other) {
    return new RateLimits(
        clientSubmits,
        clientBytes,
        groupSubmits,
        groupBytes,
        gatewaySubmits,
        gatewayBytes,
        other,
        groupAttaches,
        gatewayAttaches,
        clientSends,
        clientFrames);
  }

  /** The same with other limits for calls of Send and their frames. */
  public RateLimits withClientSends(Rate calls, Rate frames) {
    return new RateLimits(
        clientSubmits,
        clientBytes,
        groupSubmits,
        groupBytes,
        gatewaySubmits,
        gatewayBytes,
        clientAttaches,
        groupAttaches,
        gatewayAttaches,
        calls,
        frames);
  }
}
