package io.lockstep.chainlog.audit;

import io.lockstep.chainlog.ChainPosition;
import java.util.List;

/**
 * What the records of one partition prove.
 *
 * @param begin offset of the first record that Kafka still has
 * @param from where the chain is proved from: the beginning, or the oldest position in the log that
 *     an owner has confirmed
 * @param position the newest record that is part of the log, with the head of the chain there
 * @param accepted records that are part of the log: entries and version switches
 * @param versionSwitches how many of them change the version of the fold
 * @param copies records that are the same as one that is part of the log: retries, second writers
 * @param uncompared records that answer a submission which was answered so long before that it is
 *     not known whether they are copies
 * @param foreign all other records: not part of the log, and no owner that agrees wrote them
 * @param waiting submissions that had no entry yet when reading began
 * @param findings empty when the partition is proved
 */
public record PartitionReport(
    int partition,
    long begin,
    ChainPosition from,
    ChainPosition position,
    long accepted,
    long versionSwitches,
    long copies,
    long uncompared,
    long foreign,
    long waiting,
    List<Finding> findings) {
  public PartitionReport {
    findings = List.copyOf(findings);
  }

  /**
   * True when the chain holds from {@link #from} to its last record and every submission in between
   * was answered exactly once and in order.
   */
  public boolean isProved() {
    return findings.isEmpty();
  }
}
