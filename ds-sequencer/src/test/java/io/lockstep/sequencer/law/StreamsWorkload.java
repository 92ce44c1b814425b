package io.lockstep.sequencer.law;

import com.google.protobuf.ByteString;
import io.lockstep.api.StreamKey;
import io.lockstep.chainlog.CodecException;
import io.lockstep.chainlog.owner.Submission;
import io.lockstep.chainlog.simulation.Workload;
import io.lockstep.log.v1.StreamCommand;
import io.lockstep.log.v1.StreamEntry;
import io.lockstep.log.v1.SubmissionRecord;
import io.lockstep.sequencer.dispatch.Invitations;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/**
 * Clients of a few groups, and the welcome dispatcher. A client that has no answer submits again
 * with the same id, also when the answer is on its way; the dispatcher reads the log as a gateway
 * does and hands each invitation in at least once.
 */
final class StreamsWorkload implements Workload {
  private static final int GROUPS = 3;

  private final Random random;
  private final boolean upgrade;
  private final StreamFold fold = new StreamFold();
  private final ReferenceStreams reference = new ReferenceStreams();
  private final RandomCommands commands;
  private final Map<Long, RandomCommands.Made> unanswered = new HashMap<>();
  private final Deque<Invitation> invitations = new ArrayDeque<>();
  private final List<Made> made = new ArrayList<>();
  private long now = StreamWorld.START_MILLIS;
  private long latest = now;

  private record Invitation(StreamCommand command, long firstMillis) {}

  /**
   * One submission.
   *
   * @param command empty for a switch of the version
   * @param expected the reference model's answer, if it has one
   */
  record Made(Optional<StreamCommand> command, Optional<String> expected, long timeMillis) {}

  /**
   * @param upgrade switches to version 2 of the fold now and then
   */
  StreamsWorkload(Random random, boolean upgrade) {
    this.random = random;
    this.upgrade = upgrade;
    this.commands = new RandomCommands(random, reference, GROUPS);
  }

  /** By offset. */
  List<Made> made() {
    return made;
  }

  @Override
  public Submission next(long offset) {
    now += commands.nextPause();
    latest = Math.max(latest, now);
    // A dispatcher that hands in after so long what it has handed in before is on its own.
    invitations.removeIf(each -> latest - each.firstMillis() > StreamLimits.SEEN_AGE_MAX_MILLIS);
    if (upgrade && random.nextInt(50) == 0) {
      made.add(new Made(Optional.empty(), Optional.empty(), now));
      return submission(offset, "", SubmissionRecord.newBuilder().setFoldVersion(2));
    }
    if (!invitations.isEmpty() && random.nextBoolean()) {
      Invitation next = invitations.removeFirst();
      if (random.nextInt(3) == 0) {
        long first = Math.min(now, next.firstMillis());
        invitations.addLast(new Invitation(next.command(), first));
      }
      made.add(new Made(Optional.of(next.command()), Optional.empty(), now));
      return submission(offset, next.command());
    }
    RandomCommands.Made next =
        !unanswered.isEmpty() && random.nextInt(4) == 0
            ? unanswered.values().iterator().next()
            : commands.next();
    unanswered.put(offset, next);
    made.add(
        new Made(
            Optional.of(next.command()), Optional.of(reference.answer(next.facts(), now)), now));
    return submission(offset, next.command());
  }

  @Override
  public void seen(long source, ByteString entry) {
    unanswered.remove(source);
    if (made.get(Math.toIntExact(source)).command().isEmpty()) {
      return;
    }
    try {
      StreamEntry decoded = fold.entries().decode(entry.toByteArray());
      Invitations.each(decoded, each -> invitations.addLast(new Invitation(each, Long.MAX_VALUE)));
    } catch (CodecException e) {
      throw new AssertionError("an entry that cannot be read", e);
    }
  }

  private Submission submission(long offset, StreamCommand command) {
    ByteString bytes = ByteString.copyFrom(fold.commands().encode(command));
    return submission(
        offset, StreamKey.of(command), SubmissionRecord.newBuilder().setCommand(bytes));
  }

  private Submission submission(long offset, String key, SubmissionRecord.Builder record) {
    return new Submission(offset, now, key, record.build().toByteString());
  }
}
