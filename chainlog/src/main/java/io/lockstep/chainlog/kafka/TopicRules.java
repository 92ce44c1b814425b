package io.lockstep.chainlog.kafka;

import io.lockstep.chainlog.LogName;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.config.TopicConfig;

/** How the topics of a log must be configured, and what is wrong with one that is not. */
final class TopicRules {
  /** Nothing is removed but by compaction. */
  private static final String UNLIMITED = "-1";

  /** Time for the owner that has replaced another one to write the newest states again. */
  private static final Duration STATE_COMPACTION_LAG_MIN = Duration.ofHours(1);

  private TopicRules() {}

  /** When a setting is right. */
  private enum Check {
    EXACTLY,
    AT_LEAST,
    /** Unlimited, or at least {@code least}. */
    RETENTION,
    /** At least so much, and no more than there are replicas. */
    MIN_IN_SYNC,
    /** A wish for speed: operators may have better ones. */
    UNCHECKED
  }

  /**
   * @param wanted what a topic is made with
   * @param least what is allowed, where that is less
   */
  private record Rule(String setting, String wanted, Check check, String least) {
    Rule(String setting, String wanted, Check check) {
      this(setting, wanted, check, wanted);
    }

    Optional<String> problem(String there, int replication) {
      boolean good =
          switch (check) {
            case EXACTLY -> wanted.equals(there);
            case AT_LEAST -> isAtLeast(there);
            case RETENTION -> UNLIMITED.equals(there) || isAtLeast(there);
            case MIN_IN_SYNC -> isAtLeast(there) && Integer.parseInt(there) <= replication;
            case UNCHECKED -> true;
          };
      return good
          ? Optional.empty()
          : Optional.of(setting + "=" + there + ", it must be " + demand(replication));
    }

    private boolean isAtLeast(String there) {
      return !there.isEmpty() && Long.parseLong(there) >= Long.parseLong(least);
    }

    private String demand(int replication) {
      return switch (check) {
        case EXACTLY, UNCHECKED -> wanted;
        case AT_LEAST -> "at least " + least;
        case RETENTION -> UNLIMITED + " or at least " + least;
        case MIN_IN_SYNC ->
            replication == Integer.parseInt(wanted)
                ? wanted
                : "at least " + wanted + " and at most the replication of " + replication;
      };
    }
  }

  /** The topics of a log in the order in which they are shown. */
  static List<String> topics(LogName log) {
    return List.of(log.submissions(), log.log(), log.state(), log.watermarks());
  }

  /** What a topic is made with. */
  static Map<String, String> settings(LogName log, String topic, LogTopicSpec spec) {
    Map<String, String> settings = new LinkedHashMap<>();
    rules(log, topic, spec).forEach(rule -> settings.put(rule.setting(), rule.wanted()));
    return settings;
  }

  /**
   * One line for each setting that the log's correctness rests on and that is not as it must be.
   *
   * @param there the topic's settings, defaults included
   * @param replication fewest copies that a partition of it has
   */
  static List<String> problems(
      LogName log, String topic, LogTopicSpec spec, Map<String, String> there, int replication) {
    return rules(log, topic, spec).stream()
        .flatMap(rule -> rule.problem(there.getOrDefault(rule.setting(), ""), replication).stream())
        .toList();
  }

  private static List<Rule> rules(LogName log, String topic, LogTopicSpec spec) {
    Rule minInSync =
        new Rule(
            TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG,
            Integer.toString(spec.minInSync()),
            Check.MIN_IN_SYNC);
    // A replica that was not in sync would take acknowledged records with it.
    Rule cleanElections =
        new Rule(TopicConfig.UNCLEAN_LEADER_ELECTION_ENABLE_CONFIG, "false", Check.EXACTLY);
    if (topic.equals(log.submissions())) {
      return List.of(
          cleanup(TopicConfig.CLEANUP_POLICY_DELETE),
          // An answered submission is not needed any more. One that has no answer must not go, and
          // how many bytes come while no owner is there is up to the submitters.
          new Rule(
              TopicConfig.RETENTION_MS_CONFIG,
              UNLIMITED,
              Check.RETENTION,
              Long.toString(LogRetention.SUBMISSIONS_TIME_MIN.toMillis())),
          new Rule(TopicConfig.RETENTION_BYTES_CONFIG, UNLIMITED, Check.EXACTLY),
          // The broker's clock is the only one of the log.
          new Rule(TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG, "LogAppendTime", Check.EXACTLY),
          recordBytes(spec.maxRecordBytes()),
          minInSync,
          cleanElections);
    }
    if (topic.equals(log.log())) {
      return List.of(
          cleanup(TopicConfig.CLEANUP_POLICY_DELETE),
          new Rule(
              TopicConfig.RETENTION_MS_CONFIG,
              spec.retention().time().map(t -> Long.toString(t.toMillis())).orElse(UNLIMITED),
              Check.RETENTION,
              Long.toString(LogRetention.TIME_MIN.toMillis())),
          new Rule(
              TopicConfig.RETENTION_BYTES_CONFIG,
              spec.retention().bytes().isPresent()
                  ? Long.toString(spec.retention().bytes().getAsLong())
                  : UNLIMITED,
              Check.RETENTION,
              Long.toString(LogRetention.BYTES_MIN)),
          recordBytes(spec.logRecordBytes()),
          minInSync,
          cleanElections);
    }
    List<Rule> compacted = new ArrayList<>();
    compacted.add(cleanup(TopicConfig.CLEANUP_POLICY_COMPACT));
    // Only closed segments are compacted, and a busy partition writes a watermark every second.
    compacted.add(
        new Rule(
            TopicConfig.SEGMENT_MS_CONFIG,
            Long.toString(Duration.ofHours(1).toMillis()),
            Check.UNCHECKED));
    if (topic.equals(log.state())) {
      // An owner that has been replaced may write an older state after a newer one. Until the new
      // owner has written it again, both must be there.
      compacted.add(
          new Rule(
              TopicConfig.MIN_COMPACTION_LAG_MS_CONFIG,
              Long.toString(STATE_COMPACTION_LAG_MIN.toMillis()),
              Check.AT_LEAST));
    }
    compacted.add(recordBytes(spec.logRecordBytes()));
    compacted.add(minInSync);
    compacted.add(cleanElections);
    return compacted;
  }

  private static Rule cleanup(String policy) {
    return new Rule(TopicConfig.CLEANUP_POLICY_CONFIG, policy, Check.EXACTLY);
  }

  private static Rule recordBytes(int bytes) {
    return new Rule(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, Integer.toString(bytes), Check.AT_LEAST);
  }
}
