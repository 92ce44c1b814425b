package io.lockstep.chainlog.laws;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.lockstep.chainlog.CodecException;
import io.lockstep.chainlog.Fold;
import io.lockstep.chainlog.Partitions;
import io.lockstep.chainlog.SubmissionPoint;
import io.lockstep.chainlog.owner.Submission;
import io.lockstep.log.v1.SubmissionRecord;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The oracle: folds submissions of one partition one after the other, with nothing of an owner's
 * machinery. Must be shown all of them, from the first.
 */
public final class PureFold<S, C, E> {
  private final Fold<S, C, E> fold;
  private final int partition;
  private final int partitions;
  private final List<Accepted> entries = new ArrayList<>();
  private final Map<String, S> states = new HashMap<>();
  private final Map<String, List<ByteString>> histories = new HashMap<>();
  private int version = 1;

  public PureFold(Fold<S, C, E> fold, int partition, int partitions) {
    this.fold = fold;
    this.partition = partition;
    this.partitions = partitions;
  }

  /** What was answered. */
  public List<Accepted> entries() {
    return entries;
  }

  /** By key. */
  public Map<String, S> states() {
    return states;
  }

  /** Entries with a sequence number, by key, in order. */
  public Map<String, List<ByteString>> histories() {
    return histories;
  }

  public void submit(Submission s) {
    SubmissionRecord record;
    try {
      record = SubmissionRecord.parseFrom(s.value());
    } catch (InvalidProtocolBufferException e) {
      record = SubmissionRecord.getDefaultInstance();
    }
    if (record.hasFoldVersion()) {
      version = Math.max(version, record.getFoldVersion());
      entries.add(new Accepted(s.offset(), ByteString.copyFromUtf8("version " + version)));
      return;
    }
    SubmissionPoint at = new SubmissionPoint(partition, s.offset(), s.timeMillis(), version);
    E entry = answer(s.key(), command(s, record), at);
    ByteString bytes = ByteString.copyFrom(fold.entries().encode(entry));
    entries.add(new Accepted(s.offset(), bytes));
    if (fold.sequence(entry).isPresent()) {
      histories.computeIfAbsent(fold.entryKey(entry), k -> new ArrayList<>()).add(bytes);
    }
  }

  /**
   * Decides and folds one command, and keeps nothing but the state.
   *
   * @param command empty when it cannot be read, or is in the wrong place
   */
  public E answer(String key, Optional<C> command, SubmissionPoint at) {
    E entry =
        command.isPresent()
            ? fold.decide(Optional.ofNullable(states.get(key)), command.get(), at)
            : fold.undecodable(key, at);
    String stream = fold.entryKey(entry);
    fold.apply(Optional.ofNullable(states.get(stream)), entry)
        .ifPresentOrElse(state -> states.put(stream, state), () -> states.remove(stream));
    return entry;
  }

  private Optional<C> command(Submission s, SubmissionRecord record) {
    if (!record.hasCommand()) {
      return Optional.empty();
    }
    try {
      C command = fold.commands().decode(record.getCommand().toByteArray());
      boolean inPlace =
          fold.commandKey(command).equals(s.key())
              && Partitions.of(s.key(), partitions) == partition;
      return inPlace ? Optional.of(command) : Optional.empty();
    } catch (CodecException e) {
      return Optional.empty();
    }
  }
}
