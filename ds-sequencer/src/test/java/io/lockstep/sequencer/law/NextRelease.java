package io.lockstep.sequencer.law;

import io.lockstep.chainlog.Codec;
import io.lockstep.chainlog.Fold;
import io.lockstep.chainlog.StateCodec;
import io.lockstep.chainlog.SubmissionPoint;
import io.lockstep.log.v1.StreamCommand;
import io.lockstep.log.v1.StreamEntry;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** A release that knows one version of the fold more; it decides alike in both. */
final class NextRelease implements Fold<FoldedStream, StreamCommand, StreamEntry> {
  private final StreamFold fold = new StreamFold();

  @Override
  public int latestVersion() {
    return fold.latestVersion() + 1;
  }

  @Override
  public String commandKey(StreamCommand command) {
    return fold.commandKey(command);
  }

  @Override
  public String entryKey(StreamEntry entry) {
    return fold.entryKey(entry);
  }

  @Override
  public StreamEntry decide(
      Optional<FoldedStream> state, StreamCommand command, SubmissionPoint at) {
    return fold.decide(state, command, at);
  }

  @Override
  public Optional<FoldedStream> apply(Optional<FoldedStream> state, StreamEntry entry) {
    return fold.apply(state, entry);
  }

  @Override
  public FoldedStream remember(FoldedStream state, StreamEntry entry) {
    return fold.remember(state, entry);
  }

  @Override
  public OptionalLong sequence(StreamEntry entry) {
    return fold.sequence(entry);
  }

  @Override
  public long newest(FoldedStream state) {
    return fold.newest(state);
  }

  @Override
  public Map<String, String> headers(StreamEntry entry) {
    return fold.headers(entry);
  }

  @Override
  public Codec<StreamCommand> commands() {
    return fold.commands();
  }

  @Override
  public Codec<StreamEntry> entries() {
    return fold.entries();
  }

  @Override
  public StateCodec<FoldedStream> states() {
    return fold.states();
  }

  @Override
  public StreamEntry undecodable(String key, SubmissionPoint at) {
    return fold.undecodable(key, at);
  }
}
