package io.lockstep.sequencer.law;

import com.google.protobuf.ByteString;
import com.google.protobuf.DiscardUnknownFieldsParser;
import io.lockstep.api.StreamChain;
import io.lockstep.api.StreamKey;
import io.lockstep.chainlog.Codec;
import io.lockstep.chainlog.Fold;
import io.lockstep.chainlog.StateCodec;
import io.lockstep.chainlog.SubmissionPoint;
import io.lockstep.log.v1.Duplicate;
import io.lockstep.log.v1.Rejected;
import io.lockstep.log.v1.Sequenced;
import io.lockstep.log.v1.StreamCommand;
import io.lockstep.log.v1.StreamEntry;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The fold of group and inbox streams, version 1. Every command gets one entry: sequenced with the
 * next number of its stream, a duplicate with the outcome of then, or rejected with a reason.
 *
 * <p>A stream that does not exist has no state, so it remembers nothing: only what an existing
 * stream answered is a duplicate when it comes again.
 */
public final class StreamFold implements Fold<FoldedStream, StreamCommand, StreamEntry> {
  private static final int VERSION = 1;
  // Unknown fields of a command must not get into entries: nobody has judged them.
  private static final Codec<StreamCommand> COMMANDS =
      Codec.viewing(DiscardUnknownFieldsParser.wrap(StreamCommand.parser()));
  private static final Codec<StreamEntry> ENTRIES = Codec.viewing(StreamEntry.parser());
  private static final StateCodec<FoldedStream> STATES = new StreamParts();

  @Override
  public int latestVersion() {
    return VERSION;
  }

  @Override
  public String commandKey(StreamCommand command) {
    return StreamKey.of(command);
  }

  @Override
  public String entryKey(StreamEntry entry) {
    return StreamKey.of(entry);
  }

  @Override
  public StreamEntry decide(
      Optional<FoldedStream> state, StreamCommand command, SubmissionPoint at) {
    StreamEntry.Builder entry =
        StreamEntry.newBuilder()
            .setStreamId(command.getStreamId())
            .setInbox(command.hasItem())
            .setTimeMs(at.timeMillis());
    ByteString id = command.getSubmissionId();
    if (id.size() != StreamLimits.SUBMISSION_ID_BYTES) {
      return entry.setRejected(Refused.malformed().rejected()).build();
    }
    entry.setSubmissionId(id);
    Optional<Duplicate> before = state.flatMap(s -> s.find(id, at.timeMillis()));
    if (before.isPresent()) {
      return entry.setDuplicate(before.get()).build();
    }
    try {
      Sequenced.Builder accepted = judge(state, command, at.timeMillis());
      return entry
          .setSequenced(
              place(accepted, command.getStreamId(), state.orElse(FoldedStream.BEFORE_FIRST)))
          .build();
    } catch (Refused refused) {
      return entry
          .setRejected(refused.rejected())
          .setRefusal(state.map(FoldedStream::nextRefusal).orElse(0L))
          .build();
    }
  }

  @Override
  public Optional<FoldedStream> apply(Optional<FoldedStream> state, StreamEntry entry) {
    return switch (entry.getOutcomeCase()) {
      case SEQUENCED ->
          Optional.of(StreamGrowth.sequenced(state.orElse(FoldedStream.BEFORE_FIRST), entry));
      case REJECTED ->
          isRemembered(entry) ? state.map(before -> StreamGrowth.rejected(before, entry)) : state;
      case DUPLICATE, OUTCOME_NOT_SET -> state;
    };
  }

  /** The windows of the state have the entry then, as far as they are about it. */
  @Override
  public FoldedStream remember(FoldedStream state, StreamEntry entry) {
    return entry.hasSequenced() || isRemembered(entry)
        ? StreamGrowth.remembered(state, entry)
        : state;
  }

  private static boolean isRemembered(StreamEntry entry) {
    return entry.hasRejected() && entry.getRefusal() != 0;
  }

  @Override
  public OptionalLong sequence(StreamEntry entry) {
    return entry.hasSequenced()
        ? OptionalLong.of(entry.getSequenced().getSequence())
        : OptionalLong.empty();
  }

  @Override
  public long newest(FoldedStream state) {
    return state.sequence();
  }

  @Override
  public Map<String, String> headers(StreamEntry entry) {
    return EntryHeaders.of(entry);
  }

  @Override
  public Codec<StreamCommand> commands() {
    return COMMANDS;
  }

  @Override
  public Codec<StreamEntry> entries() {
    return ENTRIES;
  }

  @Override
  public StateCodec<FoldedStream> states() {
    return STATES;
  }

  /** Without a submission id, so that no stream remembers it. */
  @Override
  public StreamEntry undecodable(String key, SubmissionPoint at) {
    return StreamEntry.newBuilder()
        .setStreamId(StreamKey.streamId(key).orElse(ByteString.EMPTY))
        .setInbox(StreamKey.isInbox(key))
        .setTimeMs(at.timeMillis())
        .setRejected(Rejected.newBuilder().setReason(Rejected.Reason.MALFORMED_MESSAGE))
        .build();
  }

  private static Sequenced.Builder judge(
      Optional<FoldedStream> state, StreamCommand command, long now) throws Refused {
    ByteString stream = command.getStreamId();
    return switch (command.getBodyCase()) {
      case CREATE -> GroupLaw.create(state, stream, command.getCreate());
      case MESSAGE -> GroupLaw.post(state, stream, command.getMessage(), now);
      case COMMIT -> GroupLaw.commit(state, stream, command.getCommit(), now);
      case ITEM -> InboxLaw.put(stream, command.getItem());
      case BODY_NOT_SET -> throw Refused.malformed();
    };
  }

  private static Sequenced place(
      Sequenced.Builder accepted, ByteString stream, FoldedStream after) {
    long sequence = after.sequence() + 1;
    byte[] chain =
        StreamChain.next(
            after.chain().toByteArray(),
            stream.toByteArray(),
            sequence,
            accepted.getEpoch(),
            Payload.of(accepted));
    return accepted.setSequence(sequence).setChain(ByteString.copyFrom(chain)).build();
  }
}
