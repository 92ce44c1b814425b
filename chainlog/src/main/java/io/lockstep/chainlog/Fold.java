package io.lockstep.chainlog;

import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A deterministic fold over submissions: the law of one service. One instance serves all partitions
 * at once, so it holds no state of its own and is thread-safe. No clock, no randomness, no I/O: the
 * same submissions give the same bytes anywhere.
 *
 * @param <S> state of one stream, immutable
 * @param <C> command
 * @param <E> entry; the answer to one command
 */
public interface Fold<S, C, E> {
  /** Versions 1 to this one are known. A log starts with version 1. */
  int latestVersion();

  /**
   * Text key of the stream that a command is for. It is the Kafka record key and chooses the
   * partition.
   */
  String commandKey(C command);

  /** Text key of the stream that an entry belongs to. */
  String entryKey(E entry);

  /**
   * The one entry that answers a command. Total: never throws, whatever was decoded.
   *
   * @param state of the command's stream, empty when there is no such stream
   */
  E decide(Optional<S> state, C command, SubmissionPoint at);

  /** The state after an entry. Never refuses; empty deletes the stream's state. */
  Optional<S> apply(Optional<S> state, E entry);

  /**
   * A state that has this entry folded into its head already, but may lack it in its sealed parts:
   * it came from the state topic, which was ahead of the log position from which the log is folded.
   * Fills in what is missing and changes nothing else; the head stays byte for byte.
   */
  default S remember(S state, E entry) {
    return state;
  }

  /**
   * Number of the entry in its stream's history: dense from 1. Empty when it is not kept there
   * (duplicate, rejection).
   */
  OptionalLong sequence(E entry);

  /** Number of the newest entry in the history of a stream with this state; 0 for none. */
  long newest(S state);

  /**
   * Text headers for people with Kafka tools: kind, seq, epoch, verdict. The chain adds {@code
   * source}. Not covered by the chain.
   */
  Map<String, String> headers(E entry);

  Codec<C> commands();

  Codec<E> entries();

  StateCodec<S> states();

  /**
   * The entry for a record that is no command of this fold at all, or whose key does not match its
   * command or partition: it was written past the gateways. It must have no sequence, and {@link
   * #apply} must leave every state as it is.
   *
   * @param key of the record: any text, empty when it had none
   */
  E undecodable(String key, SubmissionPoint at);
}
