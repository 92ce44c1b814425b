package io.lockstep.deploy.bench;

import io.netty.util.internal.PlatformDependent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Memory of a server's process, in bytes. What the kernel holds for its sockets is in none of them.
 *
 * @param heap live objects
 * @param direct Netty's buffers outside the heap
 * @param resident all that the system has given the process, its whole heap among it; NaN where the
 *     system does not tell
 */
record ServerMemory(double heap, double direct, double resident) {
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final String RESIDENT = "VmRSS:";

  /** Of this process, after full collections. */
  static ServerMemory now() throws IOException {
    return new ServerMemory(Heap.used(), PlatformDependent.usedDirectMemory(), residentNow());
  }

  private static double residentNow() throws IOException {
    if (!Files.isReadable(STATUS)) {
      return Double.NaN;
    }
    for (String line : Files.readAllLines(STATUS)) {
      if (line.startsWith(RESIDENT)) {
        return Double.parseDouble(line.replaceAll("[^0-9]", "")) * 1_024;
      }
    }
    return Double.NaN;
  }

  String line() {
    return heap + " " + direct + " " + resident;
  }

  static ServerMemory parse(String line) {
    String[] words = line.split(" ", -1);
    return new ServerMemory(
        Double.parseDouble(words[0]), Double.parseDouble(words[1]), Double.parseDouble(words[2]));
  }

  /** Heap and buffers. */
  double java() {
    return heap + direct;
  }

  /**
   * Growth since then of a process with a fixed heap: live objects in it, and everything outside,
   * BoringSSL's memory too.
   */
  double wholeSince(ServerMemory then) {
    return heap - then.heap + resident - then.resident;
  }
}
