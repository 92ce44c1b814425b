package io.lockstep.chainlog.kafka;

import java.util.List;
import java.util.Map;

/**
 * How one topic of a log is.
 *
 * @param partitions 0 when it does not exist
 * @param replication fewest copies that a partition of it has; 0 when it does not exist
 * @param settings all of the topic's settings by Kafka's names, defaults included
 * @param problems what keeps a node from starting, one line each; empty when the topic is as it
 *     must be
 */
public record TopicReport(
    String topic,
    int partitions,
    int replication,
    Map<String, String> settings,
    List<String> problems) {
  public TopicReport {
    settings = Map.copyOf(settings);
    problems = List.copyOf(problems);
  }

  public boolean exists() {
    return partitions > 0;
  }

  /** Value of a setting, empty when the topic does not exist or Kafka has no such setting. */
  public String setting(String name) {
    return settings.getOrDefault(name, "");
  }
}
