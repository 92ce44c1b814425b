package io.lockstep.deploy.bench;

import io.lockstep.chainlog.kafka.LoopbackPorts;
import io.lockstep.deploy.Directories;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Another server, started with settings of the benchmark's own, and one publisher. */
final class PeerSource implements FanoutSource {
  private static final long READY_SECONDS_MAX = 20;
  private static final long READY_LOOK_MILLIS = 50;
  private static final long END_SECONDS_MAX = 10;

  private final Peer peer;
  private final Path dir;
  private final int port;
  private final Process process;
  private final Socket publisher;

  private PeerSource(Peer peer, Path program) throws IOException, InterruptedException {
    this.peer = peer;
    dir = Files.createTempDirectory("lockstep-bench");
    port = LoopbackPorts.free();
    Path settings = Files.writeString(dir.resolve("settings"), peer.settings(port));
    List<String> command = new ArrayList<>(List.of(program.toString()));
    command.addAll(peer.arguments(settings));
    process =
        new ProcessBuilder(command)
            .directory(dir.toFile())
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      publisher = connect();
      publisher.setTcpNoDelay(true);
      publisher.getOutputStream().write(peer.greeting());
    } catch (IOException | InterruptedException e) {
      end();
      throw e;
    }
  }

  /** Of a peer that is installed. */
  static PeerSource start(Peer peer) throws IOException, InterruptedException {
    return new PeerSource(peer, peer.program().orElseThrow());
  }

  private Socket connect() throws IOException, InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(READY_SECONDS_MAX);
    while (true) {
      try {
        return new Socket(InetAddress.getLoopbackAddress(), port);
      } catch (ConnectException notYet) {
        if (!process.isAlive() || System.nanoTime() > deadline) {
          throw new IOException(peer.id() + " does not serve", notYet);
        }
        TimeUnit.MILLISECONDS.sleep(READY_LOOK_MILLIS);
      }
    }
  }

  @Override
  public int port() {
    return port;
  }

  @Override
  public long push(int count, int bytes) throws IOException {
    byte[] message = peer.publish(bytes);
    long began = System.nanoTime();
    for (int i = 0; i < count; i++) {
      publisher.getOutputStream().write(message);
    }
    // Redis answers each, nats-server says hello.
    var _ = publisher.getInputStream().skip(publisher.getInputStream().available());
    return began;
  }

  @Override
  public Duration processorTime() {
    return process.info().totalCpuDuration().orElse(Duration.ZERO);
  }

  @Override
  public void close() {
    try (publisher) {
      end();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void end() throws IOException {
    process.destroy();
    try {
      if (!process.waitFor(END_SECONDS_MAX, TimeUnit.SECONDS)) {
        var _ = process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      var _ = process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    Directories.deleteAll(dir);
  }
}
