package io.lockstep.deploy.cluster;

import org.junit.jupiter.api.Test;

class ClusterFaultsIT {
  @Test
  void starts() throws Exception {
    long t = System.nanoTime();
    try (ContainerEngine engine = ContainerEngine.start()) {
      System.out.println("engine " + engine + " " + (System.nanoTime() - t) / 1_000_000);
      try (Cluster cluster = Cluster.start(engine)) {
        System.out.println("cluster " + (System.nanoTime() - t) / 1_000_000);
        cluster.all().forEach(member -> System.out.println(member.name() + ": " + member.said()));
      }
    }
  }
}
