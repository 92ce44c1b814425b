package io.lockstep.chainlog.owner;

/** Whether a partition's submissions can be answered from where the log has come to. */
public final class SubmissionsRule {
  private static final String GUIDE = "docs/operating.md, \"Submissions that are gone\"";

  private SubmissionsRule() {}

  /**
   * Retention of the submissions may only remove what is answered. What was removed before cannot
   * be answered any more, and going on without it would break the promise that everything that was
   * taken is answered.
   *
   * @param partition for the message
   * @param submissions what the submissions topic has
   * @param next the first submission that the log does not answer
   * @throws PartitionHalted when it is not there although it was
   */
  public static void check(String partition, LogBounds submissions, long next) {
    if (submissions.end() < next) {
      throw new PartitionHalted(
          partition
              + " ends at "
              + submissions.end()
              + " but the log answers submissions up to "
              + (next - 1)
              + ": Kafka has lost the acknowledged records at offsets "
              + submissions.end()
              + " to "
              + (next - 1)
              + ". Bring the lost replica back, or make the log anew: "
              + GUIDE);
    }
    if (submissions.begin() > next) {
      throw new PartitionHalted(
          partition
              + " begins at "
              + submissions.begin()
              + " but the log answers submissions up to "
              + (next - 1)
              + " only: the first that is missing is offset "
              + next
              + ", the next that is there "
              + submissions.begin()
              + ", so "
              + (submissions.begin() - next)
              + " were removed before they were answered (retention is shorter than the time"
              + " without an owner). Make the log anew: "
              + GUIDE);
    }
  }
}
