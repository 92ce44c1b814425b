package io.lockstep.chainlog.vertx;

import java.net.InetAddress;
import java.time.Duration;
import java.util.Set;

/**
 * Limits of the connections that clients make, whatever they say on them.
 *
 * @param max connections of the service
 * @param perAddressMax connections from one IPv4 address, or one /64 of IPv6
 * @param proxies addresses that are exempt from {@code perAddressMax}: many clients come from them
 * @param firstCall within so long after the start there must be a call that is of use: to the
 *     gateway one with a valid token or pass, to the Authentication Service one that is whole
 * @param idle a connection without a call for so long is closed
 * @param pingAfter a connection that says nothing for so long is asked whether it is there
 * @param pingAnswer within so long it must say something
 * @param heldBytesMax of requests that are not whole, and of what came on connections without a
 *     proven call, on all connections together
 * @param request within so long after the start of a call its request message must be whole
 */
public record ConnectionLimits(
    int max,
    int perAddressMax,
    Set<InetAddress> proxies,
    Duration firstCall,
    Duration idle,
    Duration pingAfter,
    Duration pingAnswer,
    long heldBytesMax,
    Duration request) {
  public static final ConnectionLimits DEFAULT =
      new ConnectionLimits(
          OpenFiles.forConnections(),
          1_000,
          Set.of(InetAddress.ofLiteral("127.0.0.1"), InetAddress.ofLiteral("::1")),
          Duration.ofSeconds(10),
          Duration.ofMinutes(5),
          Duration.ofSeconds(30),
          Duration.ofSeconds(10),
          Math.min(256L << 20, Runtime.getRuntime().maxMemory() / 8),
          Duration.ofSeconds(60));

  public ConnectionLimits {
    proxies = Set.copyOf(proxies);
    if (max < 1
        || perAddressMax < 1
        || !firstCall.isPositive()
        || !idle.isPositive()
        || !pingAfter.isPositive()
        || !pingAnswer.isPositive()
        || heldBytesMax < 1
        || !request.isPositive()) {
      throw new IllegalArgumentException("limits of connections must be positive: " + this);
    }
  }

  /** The same with other bounds of their number. */
  public ConnectionLimits withMax(int all, int fromOneAddress, Set<InetAddress> exempt) {
    return new ConnectionLimits(
        all, fromOneAddress, exempt, firstCall, idle, pingAfter, pingAnswer, heldBytesMax, request);
  }

  /** The same with other times. */
  public ConnectionLimits withTimes(
      Duration untilFirstCall, Duration withoutCall, Duration quiet, Duration answer) {
    return new ConnectionLimits(
        max,
        perAddressMax,
        proxies,
        untilFirstCall,
        withoutCall,
        quiet,
        answer,
        heldBytesMax,
        request);
  }

  /** The same with another time for a request to be whole. */
  public ConnectionLimits withRequest(Duration whole) {
    return new ConnectionLimits(
        max, perAddressMax, proxies, firstCall, idle, pingAfter, pingAnswer, heldBytesMax, whole);
  }

  /** The same with another bound of what is held of unfinished requests. */
  public ConnectionLimits withHeldBytes(long bytes) {
    return new ConnectionLimits(
        max, perAddressMax, proxies, firstCall, idle, pingAfter, pingAnswer, bytes, request);
  }
}
