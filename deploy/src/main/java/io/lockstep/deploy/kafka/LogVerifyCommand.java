package io.lockstep.deploy.kafka;

import io.lockstep.chainlog.audit.Finding;
import io.lockstep.chainlog.audit.LogReport;
import io.lockstep.chainlog.audit.PartitionReport;
import io.lockstep.chainlog.kafka.LogVerifier;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code lockstep log verify}: reads a whole log and proves its chains. */
@Command(
    name = "verify",
    description = {
      "Reads a whole log and proves it with nothing but SHA-256 and the reader's rule: each"
          + " partition is one unbroken chain, and each submission was answered once and in order.",
      "Exit code: 0 proved, 1 not proved, 2 it could not be read."
    },
    mixinStandardHelpOptions = true)
final class LogVerifyCommand implements Callable<Integer> {
  static final int PROVED = 0;
  static final int NOT_PROVED = 1;
  static final int NOT_READ = 2;

  private static final String ROW = "%9s %12s %12s %10s %10s %10s  %s%n";

  @Mixin private KafkaOptions kafka;

  @Mixin private LogOption log;

  @Option(names = "--json", paramLabel = "FILE", description = "Also write the report as JSON.")
  private Path json;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    ServiceLog wanted = log.log();
    try (KafkaOptions.Reached reached = kafka.reach()) {
      out.printf(ROW, "partition", "accepted", "newest at", "copies", "foreign", "waiting", "head");
      LogReport report =
          LogVerifier.verify(
              reached.connection(), wanted.name(), LogVerifier.PATIENCE, p -> print(out, p));
      print(out, report);
      if (json != null) {
        LogReportJson.write(report, json);
      }
      return report.isProved() ? PROVED : NOT_PROVED;
    } catch (Exception e) {
      Throwable cause = e instanceof CompletionException && e.getCause() != null ? e.getCause() : e;
      spec.commandLine()
          .getErr()
          .println("lockstep: " + wanted.name() + " could not be read: " + cause.getMessage());
      return NOT_READ;
    } finally {
      out.flush();
    }
  }

  private static void print(PrintWriter out, PartitionReport partition) {
    if (partition.accepted() > 0
        || partition.begin() > 0
        || partition.foreign() > 0
        || !partition.isProved()) {
      out.printf(
          Locale.ROOT,
          ROW,
          partition.partition(),
          partition.accepted(),
          partition.position().logOffset(),
          partition.copies() + partition.uncompared(),
          partition.foreign(),
          partition.waiting(),
          partition.position().head());
    }
    if (partition.begin() > 0) {
      out.printf(
          "          begins at offset %d: proved from offset %d on, the oldest position that its"
              + " owners have confirmed%n",
          partition.begin(), partition.from().logOffset());
    }
    for (Finding finding : partition.findings()) {
      out.printf("          %s: %s%n", words(finding.kind()), finding.words());
    }
    out.flush();
  }

  private static String words(Finding.Kind kind) {
    return switch (kind) {
      case BROKEN_CHAIN -> "BROKEN CHAIN";
      case STUCK -> "STUCK";
      case LOST_RECORDS -> "LOST RECORDS";
      case UNANSWERED -> "UNANSWERED";
      case OTHER_CHAIN -> "ANOTHER CHAIN";
    };
  }

  private static void print(PrintWriter out, LogReport report) {
    out.printf(
        Locale.ROOT,
        "%s: %d partitions, %d records, %d copies skipped, %d foreign records skipped, %d"
            + " submissions waiting%n",
        report.log(),
        report.partitions().size(),
        report.sum(PartitionReport::accepted),
        report.sum(p -> p.copies() + p.uncompared()),
        report.sum(PartitionReport::foreign),
        report.sum(PartitionReport::waiting));
    if (report.sum(PartitionReport::foreign) > 0) {
      out.printf(
          "foreign records are not part of the log and do no harm, but somebody other than the"
              + " owners writes to %s, or two releases disagree%n",
          report.log().log());
    }
    long trimmed = report.partitions().stream().filter(p -> p.begin() > 0).count();
    out.println(
        report.isProved()
            ? "proved: every partition is one chain, every submission answered once and in order"
                + (trimmed == 0
                    ? ""
                    : " ("
                        + trimmed
                        + " partitions from a checkpoint, since their beginning is gone)")
            : "NOT PROVED: "
                + report.partitions().stream().filter(p -> !p.isProved()).count()
                + " partitions have findings");
  }
}
