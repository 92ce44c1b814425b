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
 * The oracle: folds the submissions of one partition one after the other, with nothing of an
 * owner's machinery.
 */
public final class PureFold<S, C, E> {
  public final List<Accepted> entries = new ArrayList<>();
  public final Map<String, S> states = new HashMap<>();
  public final Map<String, List<ByteString>> histories = new HashMap<>();

  public PureFold(Fold<S, C, E> fold, int partition, int partitions, List<Submission> submissions)
      throws InvalidProtocolBufferException {
    int version = 1;
    for (Submission s : submissions) {
      SubmissionRecord record = SubmissionRecord.parseFrom(s.value());
      if (record.hasFoldVersion()) {
        version = Math.max(version, record.getFoldVersion());
        entries.add(new Accepted(s.offset(), ByteString.copyFromUtf8("version " + version)));
        continue;
      }
      SubmissionPoint at = new SubmissionPoint(partition, s.offset(), s.timeMillis(), version);
      apply(fold, s.offset(), decide(fold, partitions, s, record, at));
    }
  }

  private E decide(
      Fold<S, C, E> fold,
      int partitions,
      Submission s,
      SubmissionRecord record,
      SubmissionPoint at) {
    try {
      C command = fold.commands().decode(record.getCommand().toByteArray());
      if (fold.commandKey(command).equals(s.key())
          && Partitions.of(s.key(), partitions) == at.partition()) {
        return fold.decide(Optional.ofNullable(states.get(s.key())), command, at);
      }
    } catch (CodecException e) {
      // Answered as undecodable.
    }
    return fold.undecodable(s.key(), at);
  }

  private void apply(Fold<S, C, E> fold, long source, E entry) {
    ByteString bytes = ByteString.copyFrom(fold.entries().encode(entry));
    entries.add(new Accepted(source, bytes));
    String key = fold.entryKey(entry);
    fold.apply(Optional.ofNullable(states.get(key)), entry)
        .ifPresentOrElse(state -> states.put(key, state), () -> states.remove(key));
    if (fold.sequence(entry).isPresent()) {
      histories.computeIfAbsent(key, k -> new ArrayList<>()).add(bytes);
    }
  }
}
