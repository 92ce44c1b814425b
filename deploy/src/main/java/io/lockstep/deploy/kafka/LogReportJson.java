package io.lockstep.deploy.kafka;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.lockstep.chainlog.audit.LogReport;
import io.lockstep.chainlog.audit.PartitionReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The report of {@code log verify}, for programs. */
final class LogReportJson {
  private LogReportJson() {}

  static void write(LogReport report, Path file) throws IOException {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("log", report.log().name());
    json.put("proved", report.isProved());
    json.put("accepted", report.sum(PartitionReport::accepted));
    json.put("copies", report.sum(PartitionReport::copies));
    json.put("uncompared", report.sum(PartitionReport::uncompared));
    json.put("foreign", report.sum(PartitionReport::foreign));
    json.put("waiting", report.sum(PartitionReport::waiting));
    json.put("partitions", report.partitions().stream().map(LogReportJson::of).toList());
    Files.writeString(
        file,
        new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValueAsString(json)
            + "\n");
  }

  private static Map<String, Object> of(PartitionReport partition) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("partition", partition.partition());
    json.put("proved", partition.isProved());
    json.put("begin", partition.begin());
    json.put("proved_from", partition.from().logOffset());
    json.put("newest", partition.position().logOffset());
    json.put("source", partition.position().source());
    json.put("head", partition.position().head().toString());
    json.put("fold_version", partition.position().foldVersion());
    json.put("accepted", partition.accepted());
    json.put("version_switches", partition.versionSwitches());
    json.put("copies", partition.copies());
    json.put("uncompared", partition.uncompared());
    json.put("foreign", partition.foreign());
    json.put("waiting", partition.waiting());
    List<Map<String, String>> findings =
        partition.findings().stream()
            .map(f -> Map.of("kind", f.kind().name().toLowerCase(Locale.ROOT), "words", f.words()))
            .toList();
    json.put("findings", findings);
    return json;
  }
}
