package io.lockstep.chainlog.vertx;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/** What the operating system allows. */
final class OpenFiles {
  /** Kafka's clients, owners, the key store and what the JDK opens must have some left. */
  private static final int KEPT = 1_000;

  private static final int CONNECTIONS_MAX = 100_000;

  private OpenFiles() {}

  /** How many connections of clients leave enough open files for all else. */
  static int forConnections() {
    if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix) {
      long allowed = unix.getMaxFileDescriptorCount();
      return (int) Math.min(CONNECTIONS_MAX, Math.max(allowed / 2, allowed - KEPT));
    }
    return CONNECTIONS_MAX;
  }
}
