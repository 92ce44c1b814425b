package io.lockstep.deploy.bench;

import io.lockstep.chainlog.grpc.TlsFiles;
import io.lockstep.chainlog.kafka.KafkaConnection;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * One pushing server in a process of its own; "port N" is its first line. It ends with its input,
 * at once: nobody waits for its clients to be told. Commands, the first three for a {@link
 * PushingServer}:
 *
 * <pre>
 *   push COUNT BYTES     to the first group; answered by "pushed NANOS", the time before the first
 *   commit BYTES         a Commit to the first group; answered by "pushed NANOS"
 *   beat MILLIS BYTES    from now on, one to the second group so often; answered by "beating"
 *   quiet                no more of that; answered by "quiet"
 *   memory               answered by "memory HEAP DIRECT RESIDENT", see {@link ServerMemory}
 * </pre>
 */
final class FanoutServerProcess {
  /** The one that is measured, and another one. */
  static final int GROUPS = 2;

  private final PrintStream out = new PrintStream(System.out, true, StandardCharsets.US_ASCII);
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(Thread.ofPlatform().daemon().factory());
  private final FanoutServer server;
  private Optional<ScheduledFuture<?>> beat = Optional.empty();

  private FanoutServerProcess(FanoutServer server) {
    this.server = server;
  }

  /** Kind of the server, and what it needs: see the switch. */
  public static void main(String[] args) throws Exception {
    new FanoutServerProcess(server(args)).run();
    System.exit(0);
  }

  private static FanoutServer server(String[] args) {
    return switch (args[0]) {
      case "gateway" -> GatewayFanout.plaintext(key(args[1]), Integer.parseInt(args[2]));
      case "tls" ->
          GatewayFanout.overTls(
              key(args[1]), new TlsFiles(Path.of(args[2]), Path.of(args[3]), Optional.empty()));
      case "system" -> new SystemGateway(KafkaConnection.to(args[2]), key(args[1]));
      case "raw" -> new RawFanout();
      default -> throw new IllegalArgumentException("no server: " + args[0]);
    };
  }

  private static byte[] key(String hex) {
    return HexFormat.of().parseHex(hex);
  }

  private void run() throws Exception {
    out.println("port " + server.port());
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      String[] words = line.split(" ", -1);
      switch (words[0]) {
        case "push" -> push(pushing(line), Integer.parseInt(words[1]), Integer.parseInt(words[2]));
        case "commit" -> {
          long began = System.nanoTime();
          pushing(line).commit(0, Integer.parseInt(words[1]));
          out.println("pushed " + began);
        }
        case "beat" -> beat(pushing(line), Long.parseLong(words[1]), Integer.parseInt(words[2]));
        case "quiet" -> {
          beat.ifPresent(running -> running.cancel(false));
          out.println("quiet");
        }
        case "memory" -> out.println("memory " + ServerMemory.now().line());
        default -> throw new IllegalArgumentException("no command: " + line);
      }
    }
  }

  private PushingServer pushing(String line) {
    if (server instanceof PushingServer one) {
      return one;
    }
    throw new IllegalArgumentException("not to a server that reads a log: " + line);
  }

  private void push(PushingServer to, int count, int bytes) {
    long began = System.nanoTime();
    for (int i = 0; i < count; i++) {
      to.push(0, bytes);
    }
    out.println("pushed " + began);
  }

  private void beat(PushingServer to, long millis, int bytes) {
    beat =
        Optional.of(
            timer.scheduleAtFixedRate(
                () -> to.push(OtherGroup.NUMBER, bytes), 0, millis, TimeUnit.MILLISECONDS));
    out.println("beating");
  }
}
