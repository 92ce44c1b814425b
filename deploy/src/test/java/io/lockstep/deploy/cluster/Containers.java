package io.lockstep.deploy.cluster;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.model.Bind;
import com.github.dockerjava.api.model.Container;
import com.github.dockerjava.api.model.ContainerNetwork;
import com.github.dockerjava.api.model.ExposedPort;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.PortBinding;
import com.github.dockerjava.api.model.Ports;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.utility.DockerImageName;

/** Makes containers that know each other by name, and whose ports stay when they are restarted. */
final class Containers {
  private static final Duration START_MAX = Duration.ofMinutes(3);

  /** Process that made a container: what one that is gone has left behind is removed. */
  private static final String MAKER = "io.lockstep.cluster.maker";

  private final DockerClient docker = DockerClientFactory.lazyClient();

  Containers() {
    for (Container left :
        docker.listContainersCmd().withShowAll(true).withLabelFilter(List.of(MAKER)).exec()) {
      long maker = Long.parseLong(left.getLabels().get(MAKER));
      if (ProcessHandle.of(maker).isEmpty()) {
        docker.removeContainerCmd(left.getId()).withForce(true).withRemoveVolumes(true).exec();
      }
    }
  }

  DockerClient docker() {
    return docker;
  }

  /** A container in one network or several, under its name in each. */
  static final class Made extends GenericContainer<Made> {
    private final String name;
    private final List<Network> furtherNetworks;

    private Made(String image, String name, List<Network> networks) {
      super(DockerImageName.parse(image));
      this.name = name;
      this.furtherNetworks = networks.subList(1, networks.size());
      withNetwork(networks.getFirst());
      withNetworkAliases(name);
      withImagePullPolicy(_ -> false);
      withLabel(MAKER, Long.toString(ProcessHandle.current().pid()));
      withCreateContainerCmdModifier(command -> command.withHostName(name));
    }

    @Override
    protected void containerIsCreated(String containerId) {
      for (Network network : furtherNetworks) {
        getDockerClient()
            .connectToNetworkCmd()
            .withContainerId(containerId)
            .withNetworkId(network.getId())
            .withContainerNetwork(new ContainerNetwork().withAliases(List.of(name)))
            .exec();
      }
    }
  }

  /**
   * @param published container's port to a port of 127.0.0.1
   * @param readyLine what it prints when it serves
   */
  Made make(
      String image,
      String name,
      List<Network> networks,
      Map<Integer, Integer> published,
      String readyLine) {
    List<PortBinding> bindings = new ArrayList<>();
    published.forEach(
        (inside, outside) ->
            bindings.add(
                new PortBinding(
                    Ports.Binding.bindIpAndPort("127.0.0.1", outside), ExposedPort.tcp(inside))));
    Made made = new Made(image, name, networks);
    made.withExposedPorts(published.keySet().toArray(Integer[]::new));
    made.withCreateContainerCmdModifier(
        command -> hostConfig(command.getHostConfig()).withPortBindings(bindings));
    made.waitingFor(
        Wait.forLogMessage(".*" + readyLine + ".*\\n", 1).withStartupTimeout(START_MAX));
    return made;
  }

  /** A disk of this size in memory, which is kept while a container uses it. */
  void createDisk(String volume, String size) {
    docker
        .createVolumeCmd()
        .withName(volume)
        .withDriver("local")
        .withDriverOpts(Map.of("type", "tmpfs", "device", "tmpfs", "o", "size=" + size))
        .exec();
  }

  void removeDisk(String volume) {
    try {
      docker.removeVolumeCmd(volume).exec();
    } catch (DockerException gone) {
      // It was never made, or a container that could not be removed still has it.
    }
  }

  static void mount(GenericContainer<?> container, String volume, String directory) {
    container.withCreateContainerCmdModifier(
        command ->
            hostConfig(command.getHostConfig())
                .withBinds(Bind.parse(volume + ":" + directory + ":rw")));
  }

  private static HostConfig hostConfig(HostConfig config) {
    return Objects.requireNonNull(config);
  }
}
