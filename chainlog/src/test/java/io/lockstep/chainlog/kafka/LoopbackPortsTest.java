package io.lockstep.chainlog.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LoopbackPortsTest {
  @Test
  void everyPortIsAnotherAndOutsideOfTheRangeOfOutgoingConnections() {
    Set<Integer> seen = new HashSet<>();
    for (int i = 0; i < 500; i++) {
      int port = LoopbackPorts.free();
      assertTrue(port >= LoopbackPorts.FIRST && port <= LoopbackPorts.LAST, "port " + port);
      seen.add(port);
    }
    assertEquals(500, seen.size());
  }

  @Test
  void aPortThatSomebodyListensOnIsNotFree() throws Exception {
    int port = LoopbackPorts.free();
    try (ServerSocket other = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      assertFalse(LoopbackPorts.isFree(other.getLocalPort()));
    }
    assertTrue(LoopbackPorts.isFree(port));
  }
}
