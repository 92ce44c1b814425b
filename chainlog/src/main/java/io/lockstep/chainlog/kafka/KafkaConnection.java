package io.lockstep.chainlog.kafka;

import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.CommonClientConfigs;

/**
 * How to reach a Kafka cluster.
 *
 * @param bootstrap host:port, comma separated
 * @param extra further client settings, such as TLS; used by every client and never logged
 */
public record KafkaConnection(String bootstrap, Map<String, Object> extra) {
  public KafkaConnection {
    if (bootstrap.isBlank()) {
      throw new IllegalArgumentException("bootstrap must name at least one host:port");
    }
    extra = Map.copyOf(extra);
  }

  /** A cluster that needs no further settings. */
  public static KafkaConnection to(String bootstrap) {
    return new KafkaConnection(bootstrap, Map.of());
  }

  /** Settings of a client, which the given ones complete and override. */
  Map<String, Object> settings(Map<String, Object> own) {
    Map<String, Object> all = new HashMap<>(extra);
    all.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, bootstrap);
    all.putAll(own);
    return all;
  }

  @Override
  public String toString() {
    return "KafkaConnection[" + bootstrap + "]";
  }
}
