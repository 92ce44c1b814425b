package io.lockstep.chainlog.audit;

import io.lockstep.chainlog.LogName;
import java.util.List;
import java.util.function.ToLongFunction;

/** What the records of a log prove, partition by partition. */
public record LogReport(LogName log, List<PartitionReport> partitions) {
  public LogReport {
    partitions = List.copyOf(partitions);
  }

  public boolean isProved() {
    return partitions.stream().allMatch(PartitionReport::isProved);
  }

  /** Over all partitions. */
  public long sum(ToLongFunction<PartitionReport> number) {
    return partitions.stream().mapToLong(number).sum();
  }
}
