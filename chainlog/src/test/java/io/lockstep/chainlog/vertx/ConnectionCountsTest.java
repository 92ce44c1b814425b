package io.lockstep.chainlog.vertx;

import static io.lockstep.chainlog.vertx.ConnectionCounts.Verdict.TAKEN;
import static io.lockstep.chainlog.vertx.ConnectionCounts.Verdict.TOO_MANY;
import static io.lockstep.chainlog.vertx.ConnectionCounts.Verdict.TOO_MANY_FROM_ADDRESS;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.InetAddress;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ConnectionCountsTest {
  private static InetAddress address(String literal) throws Exception {
    return InetAddress.getByName(literal);
  }

  @Test
  void oneAddressCannotTakeAllAndWhatIsRefusedCostsNothing() throws Exception {
    ConnectionCounts counts = new ConnectionCounts(3, 2, Set.of());
    InetAddress one = address("192.0.2.1");
    assertEquals(TAKEN, counts.opened(one));
    assertEquals(TAKEN, counts.opened(one));
    for (int i = 0; i < 5; i++) {
      assertEquals(TOO_MANY_FROM_ADDRESS, counts.opened(one));
    }
    assertEquals(TAKEN, counts.opened(address("192.0.2.2")));
    assertEquals(TOO_MANY, counts.opened(address("192.0.2.3")));
    counts.closed(one);
    assertEquals(TAKEN, counts.opened(one));
    assertEquals(3, counts.all());
  }

  @Test
  void addressesOfOneIpv6PrefixAreOne() throws Exception {
    ConnectionCounts counts = new ConnectionCounts(9, 1, Set.of());
    assertEquals(TAKEN, counts.opened(address("2001:db8:0:1::1")));
    assertEquals(TOO_MANY_FROM_ADDRESS, counts.opened(address("2001:db8:0:1:ffff::2")));
    assertEquals(TAKEN, counts.opened(address("2001:db8:0:2::1")));
  }

  @Test
  void aProxyIsBoundedByTheWholeOnly() throws Exception {
    InetAddress proxy = address("192.0.2.9");
    ConnectionCounts counts = new ConnectionCounts(3, 1, Set.of(proxy));
    for (int i = 0; i < 3; i++) {
      assertEquals(TAKEN, counts.opened(proxy));
    }
    assertEquals(TOO_MANY, counts.opened(proxy));
    counts.closed(proxy);
    assertEquals(TAKEN, counts.opened(proxy));
  }

  @Test
  void addressesThatAreGoneAreForgotten() throws Exception {
    ConnectionCounts counts = new ConnectionCounts(3, 2, Set.of());
    for (int i = 0; i < 200; i++) {
      InetAddress one = address("192.0.2." + i);
      assertEquals(TAKEN, counts.opened(one));
      counts.closed(one);
    }
    assertEquals(0, counts.addresses());
    assertEquals(0, counts.all());
  }
}
