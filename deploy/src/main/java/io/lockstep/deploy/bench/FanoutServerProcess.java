package io.lockstep.deploy.bench;

import io.netty.util.internal.PlatformDependent;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/**
 * One pushing server in a process of its own; "port N" is its first line. Commands on its input:
 *
 * <pre>
 *   push COUNT BYTES    answered by "pushed NANOS", the time before the first
 *   memory              answered by "memory BYTES": live heap and direct buffers
 * </pre>
 */
final class FanoutServerProcess {
  private FanoutServerProcess() {}

  /** "gateway" and the token key in hex, or "raw". */
  public static void main(String[] args) throws Exception {
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.US_ASCII);
    try (FanoutServer server =
        args[0].equals("gateway")
            ? new GatewayFanout(HexFormat.of().parseHex(args[1]))
            : new RawFanout()) {
      out.println("port " + server.port());
      BufferedReader in =
          new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        String[] words = line.split(" ", -1);
        switch (words[0]) {
          case "push" -> {
            long began = System.nanoTime();
            for (int i = Integer.parseInt(words[1]); i > 0; i--) {
              server.push(Integer.parseInt(words[2]));
            }
            out.println("pushed " + began);
          }
          case "memory" ->
              out.println("memory " + (Heap.used() + PlatformDependent.usedDirectMemory()));
          default -> throw new IllegalArgumentException("no command: " + line);
        }
      }
    }
    System.exit(0);
  }
}
