package io.lockstep.sequencer.law;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lockstep.api.StreamKey;
import io.lockstep.chainlog.CodecException;
import io.lockstep.chainlog.SubmissionPoint;
import io.lockstep.log.v1.GroupState;
import io.lockstep.log.v1.Rejected;
import io.lockstep.log.v1.Sequenced;
import io.lockstep.log.v1.StreamCommand;
import io.lockstep.log.v1.StreamEntry;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * One partition in memory: given entries, when a command, then an entry. Everything goes through
 * its bytes, as in Kafka.
 */
final class StreamWorld {
  static final long START_MILLIS = 1_800_000_000_000L;

  private final StreamFold fold = new StreamFold();
  private final Map<String, FoldedStream> states = new HashMap<>();
  private final Map<String, PartsOnDisk> disks = new HashMap<>();
  private long offset;
  private long now = START_MILLIS;

  StreamWorld given(StreamCommand... commands) {
    for (StreamCommand command : commands) {
      StreamEntry entry = when(command);
      assertTrue(entry.hasSequenced(), () -> "given command was not accepted: " + entry);
    }
    return this;
  }

  StreamWorld later(long millis) {
    now += millis;
    return this;
  }

  StreamEntry when(StreamCommand command) {
    StreamCommand read = recode(command);
    String key = fold.commandKey(read);
    Optional<FoldedStream> before = Optional.ofNullable(states.get(key));
    StreamEntry entry = recode(fold.decide(before, read, point()));
    assertEquals(key, fold.entryKey(entry));
    assertEquals(key, StreamKey.of(entry));
    fold.apply(before, entry).ifPresent(after -> states.put(key, stored(key, before, after)));
    return entry;
  }

  Optional<FoldedStream> state(StreamCommand of) {
    return Optional.ofNullable(states.get(fold.commandKey(of)));
  }

  GroupState group() {
    return states.get(StreamKey.ofGroup(Commands.GROUP)).group();
  }

  FoldedStream state() {
    return states.get(StreamKey.ofGroup(Commands.GROUP));
  }

  SubmissionPoint point() {
    return new SubmissionPoint(0, offset++, now, 1);
  }

  static void assertSequenced(long sequence, long epoch, StreamEntry entry) {
    assertTrue(entry.hasSequenced(), entry::toString);
    Sequenced accepted = entry.getSequenced();
    assertEquals(sequence, accepted.getSequence());
    assertEquals(epoch, accepted.getEpoch());
  }

  static void assertRejected(Rejected.Reason reason, StreamEntry entry) {
    assertTrue(entry.hasRejected(), entry::toString);
    assertEquals(reason, entry.getRejected().getReason());
  }

  private StreamCommand recode(StreamCommand command) {
    try {
      return fold.commands().decode(fold.commands().encode(command));
    } catch (CodecException e) {
      throw new AssertionError(e);
    }
  }

  private StreamEntry recode(StreamEntry entry) {
    try {
      return fold.entries().decode(fold.entries().encode(entry));
    } catch (CodecException e) {
      throw new AssertionError(e);
    }
  }

  /** As the store would give it back. */
  private FoldedStream stored(String key, Optional<FoldedStream> before, FoldedStream after) {
    PartsOnDisk disk = disks.computeIfAbsent(key, k -> new PartsOnDisk());
    disk.store(fold.states(), before, after);
    return disk.load(fold.states());
  }
}
