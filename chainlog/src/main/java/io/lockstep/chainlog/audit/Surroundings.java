package io.lockstep.chainlog.audit;

import java.util.List;

/**
 * What the submissions topic says about a partition that was read.
 *
 * @param submittedBefore end of the submissions (offset of the next one) when reading began, but
 *     looked up after the log's end
 * @param submittedAfter the same when reading was over
 * @param unanswered those of the {@link PartitionAudit#gaps} that have submissions in them
 */
public record Surroundings(long submittedBefore, long submittedAfter, List<SourceGap> unanswered) {
  public Surroundings {
    unanswered = List.copyOf(unanswered);
  }
}
