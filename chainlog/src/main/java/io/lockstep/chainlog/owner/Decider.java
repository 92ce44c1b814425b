package io.lockstep.chainlog.owner;

import com.google.protobuf.UnsafeByteOperations;
import io.lockstep.chainlog.Codec;
import io.lockstep.chainlog.CodecException;
import io.lockstep.chainlog.Fold;
import io.lockstep.chainlog.Link;
import io.lockstep.chainlog.Partitions;
import io.lockstep.chainlog.SubmissionPoint;
import io.lockstep.log.v1.SubmissionRecord;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;

/** Turns one submission into the one link that answers it. Pure. */
final class Decider<S, C, E> {
  private static final String SOURCE_HEADER = "source";

  // The command is a view of the record's bytes, which nobody changes.
  private static final Codec<SubmissionRecord> RECORDS = Codec.viewing(SubmissionRecord.parser());

  private final Fold<S, C, E> fold;
  private final int partitions;

  Decider(Fold<S, C, E> fold, int partitions) {
    this.fold = fold;
    this.partitions = partitions;
  }

  /**
   * @param state of the key afterwards; meaningless for a version switch
   * @param sequence of the entry in its stream's history; empty when it has no place there
   * @param body of the link
   */
  record Decision<S>(
      String key,
      Optional<S> state,
      OptionalLong sequence,
      Link.Body body,
      Map<String, String> headers) {}

  /**
   * @param states the state of a key, with everything that is decided already
   */
  Decision<S> decide(
      Submission submission, SubmissionPoint at, Function<String, Optional<S>> states) {
    try {
      Optional<SubmissionRecord> record = parse(submission);
      if (record.isPresent()
          && record.get().getBodyCase() == SubmissionRecord.BodyCase.FOLD_VERSION) {
        return switchVersion(record.get().getFoldVersion(), submission, at);
      }
      Optional<C> command = record.flatMap(r -> command(r, submission, at));
      return command.isPresent()
          ? answer(command.get(), submission, at, states)
          : refuse(submission, at, states);
    } catch (PartitionHalted e) {
      throw e;
    } catch (RuntimeException e) {
      throw new PartitionHalted(
          "the fold threw at partition " + at.partition() + ", submission " + at.offset(), e);
    }
  }

  private Decision<S> answer(
      C command, Submission submission, SubmissionPoint at, Function<String, Optional<S>> states) {
    Optional<S> before = states.apply(submission.key());
    E entry = fold.decide(before, command, at);
    if (!fold.entryKey(entry).equals(submission.key())) {
      throw new PartitionHalted(
          "the fold answered submission " + submission.offset() + " for another stream");
    }
    return decision(submission.key(), entry, fold.apply(before, entry), submission);
  }

  private Decision<S> refuse(
      Submission submission, SubmissionPoint at, Function<String, Optional<S>> states) {
    E entry = fold.undecodable(submission.key(), at);
    String key = fold.entryKey(entry);
    return decision(key, entry, states.apply(key), submission);
  }

  private Decision<S> decision(String key, E entry, Optional<S> after, Submission submission) {
    Map<String, String> headers = new LinkedHashMap<>(fold.headers(entry));
    headers.put(SOURCE_HEADER, Long.toString(submission.offset()));
    byte[] bytes = fold.entries().encode(entry);
    Link.Body body = new Link.EntryBody(UnsafeByteOperations.unsafeWrap(bytes));
    return new Decision<>(key, after, fold.sequence(entry), body, headers);
  }

  private Decision<S> switchVersion(int asked, Submission submission, SubmissionPoint at) {
    if (Integer.compareUnsigned(asked, fold.latestVersion()) > 0) {
      throw new PartitionHalted(
          "submission "
              + at.offset()
              + " of partition "
              + at.partition()
              + " switches to fold version "
              + Integer.toUnsignedString(asked)
              + ", this release knows up to "
              + fold.latestVersion());
    }
    // Never back: a switch to an older version is answered with the one in force.
    int version = Math.max(asked, at.foldVersion());
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("kind", "fold-version");
    headers.put(SOURCE_HEADER, Long.toString(submission.offset()));
    return new Decision<>(
        submission.key(),
        Optional.empty(),
        OptionalLong.empty(),
        new Link.VersionBody(version),
        headers);
  }

  private static Optional<SubmissionRecord> parse(Submission submission) {
    try {
      return Optional.of(RECORDS.decode(submission.value()));
    } catch (CodecException e) {
      return Optional.empty();
    }
  }

  /**
   * Empty as well when the record sits under another key or in another partition than its command
   * says: a stream lives in one.
   */
  private Optional<C> command(SubmissionRecord record, Submission submission, SubmissionPoint at) {
    if (record.getBodyCase() != SubmissionRecord.BodyCase.COMMAND) {
      return Optional.empty();
    }
    try {
      C command = fold.commands().decode(record.getCommand());
      String key = fold.commandKey(command);
      boolean inPlace =
          key.equals(submission.key()) && Partitions.of(key, partitions) == at.partition();
      return inPlace ? Optional.of(command) : Optional.empty();
    } catch (CodecException e) {
      return Optional.empty();
    }
  }
}
