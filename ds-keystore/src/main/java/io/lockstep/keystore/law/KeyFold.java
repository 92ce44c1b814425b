package io.lockstep.keystore.law;

import io.lockstep.chainlog.Codec;
import io.lockstep.chainlog.Fold;
import io.lockstep.chainlog.StateCodec;
import io.lockstep.chainlog.SubmissionPoint;
import io.lockstep.log.v1.KeyCommand;
import io.lockstep.log.v1.KeyEntry;
import io.lockstep.log.v1.KeyState;
import io.lockstep.log.v1.KeysRefused.Reason;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** The fold of the log "lockstep.keys". {@code keys.proto} says what the records mean. */
public final class KeyFold implements Fold<KeyState, KeyCommand, KeyEntry> {
  @Override
  public int latestVersion() {
    return 1;
  }

  @Override
  public String commandKey(KeyCommand command) {
    return StreamKeys.client(command.getClientId());
  }

  @Override
  public String entryKey(KeyEntry entry) {
    return entry.getKey();
  }

  @Override
  public KeyEntry decide(Optional<KeyState> state, KeyCommand command, SubmissionPoint at) {
    // A clock that goes back must not bring back what has expired.
    long timeMillis = Math.max(at.timeMillis(), state.map(KeyState::getTimeMs).orElse(0L));
    KeyEntry.Builder entry =
        WellFormed.is(command)
            ? rule(state, command, timeMillis)
            : PublishRule.refused(Reason.MALFORMED);
    if (changesState(entry.getOutcomeCase())) {
      entry.setSequence(state.map(KeyState::getSequence).orElse(0L) + 1);
    }
    return entry.setKey(commandKey(command)).setTimeMs(timeMillis).build();
  }

  @Override
  public Optional<KeyState> apply(Optional<KeyState> state, KeyEntry entry) {
    KeyState before = state.orElseGet(KeyState::getDefaultInstance);
    return switch (entry.getOutcomeCase()) {
      case PUBLISHED -> Optional.of(new Evolution(before, entry).published(entry.getPublished()));
      case CLAIMED -> Optional.of(new Evolution(before, entry).claimed(entry.getClaimed()));
      case UNCHANGED, CLAIMED_BEFORE, REFUSED, OUTCOME_NOT_SET -> state;
    };
  }

  @Override
  public OptionalLong sequence(KeyEntry entry) {
    return entry.getSequence() > 0 ? OptionalLong.of(entry.getSequence()) : OptionalLong.empty();
  }

  @Override
  public long newest(KeyState state) {
    return state.getSequence();
  }

  @Override
  public Map<String, String> headers(KeyEntry entry) {
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("kind", entry.getOutcomeCase().name().toLowerCase(Locale.ROOT));
    sequence(entry).ifPresent(sequence -> headers.put("seq", Long.toString(sequence)));
    headers.put("verdict", verdict(entry));
    return headers;
  }

  @Override
  public Codec<KeyCommand> commands() {
    return Codec.proto(KeyCommand.parser());
  }

  @Override
  public Codec<KeyEntry> entries() {
    return Codec.proto(KeyEntry.parser());
  }

  @Override
  public StateCodec<KeyState> states() {
    return StateCodec.whole(Codec.proto(KeyState.parser()));
  }

  @Override
  public KeyEntry undecodable(String key, SubmissionPoint at) {
    return PublishRule.refused(Reason.MALFORMED).setKey(key).setTimeMs(at.timeMillis()).build();
  }

  private static KeyEntry.Builder rule(
      Optional<KeyState> state, KeyCommand command, long timeMillis) {
    return switch (command.getBodyCase()) {
      case PUBLISH ->
          PublishRule.decide(
              state.orElseGet(KeyState::getDefaultInstance), command.getPublish(), timeMillis);
      case CLAIM -> ClaimRule.decide(state, command.getClaim(), timeMillis);
      case BODY_NOT_SET -> PublishRule.refused(Reason.MALFORMED);
    };
  }

  private static boolean changesState(KeyEntry.OutcomeCase outcome) {
    return switch (outcome) {
      case PUBLISHED, CLAIMED -> true;
      case UNCHANGED, CLAIMED_BEFORE, REFUSED, OUTCOME_NOT_SET -> false;
    };
  }

  private static String verdict(KeyEntry entry) {
    return switch (entry.getOutcomeCase()) {
      case PUBLISHED, CLAIMED -> "accepted";
      case UNCHANGED, CLAIMED_BEFORE -> "duplicate";
      case REFUSED -> entry.getRefused().getReason().name();
      case OUTCOME_NOT_SET -> "none";
    };
  }
}
