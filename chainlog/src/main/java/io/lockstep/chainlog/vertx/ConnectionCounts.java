package io.lockstep.chainlog.vertx;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * How many connections there are, in all and from each address. Who has an IPv6 address has a whole
 * /64 of them, so that is what counts as one. Thread-safe.
 */
final class ConnectionCounts {
  private static final int PREFIX_BYTES = 8;

  private final int max;
  private final int perAddressMax;
  private final Set<InetAddress> exempt;
  private final AtomicInteger all = new AtomicInteger();
  private final Map<ByteBuffer, Integer> byAddress = new ConcurrentHashMap<>();

  /** What became of a connection. */
  enum Verdict {
    TAKEN,
    TOO_MANY,
    TOO_MANY_FROM_ADDRESS
  }

  /**
   * @param exempt addresses whose connections count for the whole only
   */
  ConnectionCounts(int max, int perAddressMax, Set<InetAddress> exempt) {
    this.max = max;
    this.perAddressMax = perAddressMax;
    this.exempt = Set.copyOf(exempt);
  }

  /** A connection has come. One that is taken must be given back by {@link #closed}, once. */
  Verdict opened(InetAddress from) {
    if (all.incrementAndGet() > max) {
      all.decrementAndGet();
      return Verdict.TOO_MANY;
    }
    if (!exempt.contains(from) && byAddress.merge(key(from), 1, Integer::sum) > perAddressMax) {
      closed(from);
      return Verdict.TOO_MANY_FROM_ADDRESS;
    }
    return Verdict.TAKEN;
  }

  void closed(InetAddress from) {
    all.decrementAndGet();
    if (!exempt.contains(from)) {
      byAddress.computeIfPresent(key(from), (same, count) -> count == 1 ? null : count - 1);
    }
  }

  int all() {
    return all.get();
  }

  /** Addresses that are counted now. */
  int addresses() {
    return byAddress.size();
  }

  private static ByteBuffer key(InetAddress address) {
    byte[] bytes = address.getAddress();
    return ByteBuffer.wrap(
        address instanceof Inet6Address ? Arrays.copyOf(bytes, PREFIX_BYTES) : bytes);
  }
}
