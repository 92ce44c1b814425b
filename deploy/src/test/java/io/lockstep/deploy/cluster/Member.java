package io.lockstep.deploy.cluster;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.model.ContainerNetwork;
import java.time.Duration;
import java.util.List;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;
import org.testcontainers.containers.output.OutputFrame.OutputType;

/** One process of the cluster in its container, and what can happen to it. */
final class Member {
  private static final Duration GONE_MAX = Duration.ofSeconds(60);
  private static final Duration READY_MAX = Duration.ofMinutes(2);
  private static final int STOP_SECONDS_MAX = 40;

  private final String name;
  private final GenericContainer<?> container;
  private final String readyLine;

  /**
   * @param readyLine what the process prints to standard output when it serves
   */
  Member(String name, GenericContainer<?> container, String readyLine) {
    this.name = name;
    this.container = container;
    this.readyLine = readyLine;
  }

  String name() {
    return name;
  }

  GenericContainer<?> container() {
    return container;
  }

  /** SIGKILL: nothing is flushed, nobody is told. */
  void kill() {
    signal("KILL");
    awaitEnd();
  }

  /** SIGSTOP: it is silent, and its connections stay open. */
  void pause() {
    signal("STOP");
  }

  /** SIGCONT: it goes on as if no time had passed. */
  void resume() {
    signal("CONT");
  }

  /** SIGTERM, as in a planned restart. */
  void stop() {
    docker().stopContainerCmd(id()).withTimeout(STOP_SECONDS_MAX).exec();
    awaitEnd();
  }

  /** Starts it again on the disk that it had, and returns when it says that it serves. */
  void start() {
    int before = readyLines();
    docker().startContainerCmd(id()).exec();
    Await.until(name + " serves again", READY_MAX, () -> readyLines() > before);
  }

  /** All of its packets to and from this network are lost; those of other networks are not. */
  void cut(Network network) {
    docker().disconnectFromNetworkCmd().withContainerId(id()).withNetworkId(network.getId()).exec();
  }

  void heal(Network network) {
    docker()
        .connectToNetworkCmd()
        .withContainerId(id())
        .withNetworkId(network.getId())
        .withContainerNetwork(new ContainerNetwork().withAliases(List.of(name)))
        .exec();
  }

  boolean isRunning() {
    InspectContainerResponse.ContainerState state =
        docker().inspectContainerCmd(id()).exec().getState();
    return Boolean.TRUE.equals(state.getRunning());
  }

  void awaitEnd() {
    Await.until(name + " has ended", GONE_MAX, () -> !isRunning());
  }

  /** What it has printed, for a person who looks for the reason of a failure. */
  String said() {
    return container.getLogs();
  }

  private int readyLines() {
    return container.getLogs(OutputType.STDOUT).split(readyLine, -1).length;
  }

  private void signal(String signal) {
    docker().killContainerCmd(id()).withSignal(signal).exec();
  }

  private DockerClient docker() {
    return container.getDockerClient();
  }

  private String id() {
    return container.getContainerId();
  }
}
