package io.lockstep.deploy.kafka;

import io.lockstep.chainlog.kafka.KafkaConnection;
import io.lockstep.chainlog.kafka.LogRetention;
import io.lockstep.chainlog.kafka.LogTopicSpec;
import io.lockstep.chainlog.kafka.LogTopics;
import io.lockstep.chainlog.kafka.LogTopicsRefused;
import io.lockstep.chainlog.kafka.TopicReport;
import io.lockstep.deploy.node.KafkaSettings;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code lockstep topics}: makes, checks and shows the topics of the logs. */
@Command(
    name = "topics",
    description = {
      "Shows the topics of all logs and what is wrong with them (--describe, the default), makes"
          + " those that are missing (--create), or only says whether a node would start"
          + " (--check).",
      "Exit code: 0 all is well, or --describe; 1 a node would refuse to start; 2 Kafka does not"
          + " answer."
    },
    mixinStandardHelpOptions = true)
public final class TopicsCommand implements Callable<Integer> {
  private static final int WELL = 0;
  private static final int WRONG = 1;
  private static final int NOT_READ = 2;
  private static final long MILLIS_PER_HOUR = Duration.ofHours(1).toMillis();
  private static final long MEBIBYTE = 1 << 20;
  private static final String ROW = "%-32s %10s %11s %8s %16s %10s %10s  %s%n";

  @Mixin private KafkaOptions kafka;

  @ArgGroup private What what = new What();

  private static final class What {
    @Option(names = "--create", description = "Make topics that are missing, then check.")
    private boolean create;

    @Option(names = "--check", description = "Print only what is wrong.")
    private boolean check;

    @Option(names = "--describe", description = "Print every topic.")
    private boolean describe;
  }

  @Option(
      names = "--log",
      paramLabel = "NAME",
      description = "Only lockstep, lockstep.keys or lockstep.directory.")
  private String log;

  @Option(
      names = "--partitions",
      paramLabel = "N",
      description = "How many there must be (default: the settings file's, else 64).")
  private Integer partitions;

  @Option(
      names = "--replication",
      paramLabel = "N",
      description = "How many copies there must be (default: the settings file's, else 3).")
  private Integer replication;

  @Option(
      names = "--retention-hours",
      paramLabel = "N",
      description = "With --create: entries older than this go (default: none, at least 48).")
  private Integer retentionHours;

  @Option(
      names = "--retention-bytes",
      paramLabel = "N",
      description = {
        "With --create: the oldest entries of a partition go when it is larger than this",
        "(default: none, at least 67108864)."
      })
  private Long retentionBytes;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    PrintWriter out = spec.commandLine().getOut();
    List<ServiceLog> wanted = wanted();
    LogRetention retention = retention();
    try (KafkaOptions.Reached reached = kafka.reach()) {
      if (!what.check) {
        out.printf(
            ROW,
            "topic",
            "partitions",
            "replication",
            "cleanup",
            "retention",
            "min.insync",
            "record max",
            "ok");
      }
      boolean well = true;
      for (ServiceLog each : wanted) {
        well &=
            handle(out, reached.connection(), each, specOf(each, reached).withRetention(retention));
      }
      if (what.check && well) {
        out.println("all topics are as they must be");
      }
      return well || isDescription() ? WELL : WRONG;
    } catch (LogTopicsRefused e) {
      spec.commandLine().getErr().println("lockstep: " + e.getMessage());
      return NOT_READ;
    } finally {
      out.flush();
    }
  }

  private boolean isDescription() {
    return what.describe || (!what.create && !what.check);
  }

  private List<ServiceLog> wanted() {
    if (log == null) {
      return ServiceLog.ALL;
    }
    return List.of(
        ServiceLog.named(log)
            .orElseThrow(
                () ->
                    new ParameterException(
                        spec.commandLine(),
                        "no log '" + log + "'; there are " + ServiceLog.names())));
  }

  /** Of a log that is there, it is changed with Kafka's own tools. */
  private LogRetention retention() {
    if (retentionHours == null && retentionBytes == null) {
      return LogRetention.UNLIMITED;
    }
    if (!what.create) {
      throw new ParameterException(
          spec.commandLine(), "--retention-hours and --retention-bytes are for --create only");
    }
    try {
      return new LogRetention(
          Optional.ofNullable(retentionHours).map(Duration::ofHours),
          retentionBytes == null ? OptionalLong.empty() : OptionalLong.of(retentionBytes));
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }

  private LogTopicSpec specOf(ServiceLog each, KafkaOptions.Reached reached) {
    LogTopicSpec base =
        reached.isEmbedded()
            ? each.embedded()
            : reached.settings().map(KafkaSettings::topics).orElse(KafkaSettings.TOPICS_DEFAULT);
    return new LogTopicSpec(
        partitions == null ? base.partitions() : partitions,
        replication == null ? base.replication() : replication,
        base.maxRecordBytes());
  }

  /** False when a node would not start. */
  private boolean handle(
      PrintWriter out, KafkaConnection connection, ServiceLog each, LogTopicSpec topics) {
    boolean refused = false;
    if (what.create) {
      try {
        LogTopics.ensure(connection, each.name(), topics);
      } catch (LogTopicsRefused e) {
        // What is wrong is shown topic by topic below, and this says what is wrong with them all.
        spec.commandLine().getErr().println("lockstep: " + e.getMessage());
        refused = true;
      }
    }
    List<TopicReport> reports = LogTopics.inspect(connection, each.name(), topics);
    for (TopicReport report : reports) {
      if (!what.check) {
        print(out, report);
      }
      report
          .problems()
          .forEach(problem -> out.printf("  WRONG: topic %s %s%n", report.topic(), problem));
    }
    return !refused && reports.stream().allMatch(r -> r.problems().isEmpty());
  }

  private static void print(PrintWriter out, TopicReport topic) {
    out.printf(
        Locale.ROOT,
        ROW,
        topic.topic(),
        topic.exists() ? topic.partitions() : "-",
        topic.exists() ? topic.replication() : "-",
        topic.setting("cleanup.policy"),
        retention(topic),
        topic.setting("min.insync.replicas"),
        topic.setting("max.message.bytes"),
        topic.problems().isEmpty() ? "yes" : "NO");
  }

  /** In a compacted topic the newest record of a key stays, whatever these settings say. */
  private static String retention(TopicReport topic) {
    if (!topic.exists() || topic.setting("cleanup.policy").equals("compact")) {
      return "";
    }
    String millis = topic.setting("retention.ms");
    String bytes = topic.setting("retention.bytes");
    if (millis.equals("-1") && bytes.equals("-1")) {
      return "unlimited";
    }
    String hours = millis.equals("-1") ? "" : Long.parseLong(millis) / MILLIS_PER_HOUR + " h";
    String size = bytes.equals("-1") ? "" : Long.parseLong(bytes) / MEBIBYTE + " MiB";
    return hours.isEmpty() || size.isEmpty() ? hours + size : hours + "," + size;
  }
}
