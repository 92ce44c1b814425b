package io.lockstep.chainlog;

import java.util.function.Function;

/**
 * What submitters and readers must know of a log. They need not have the fold, which stays with the
 * owners.
 *
 * @param commandKey text key of the stream that a command is for
 * @param entryKey text key of the stream that an entry belongs to
 */
public record LogFormat<C, E>(
    Codec<C> commands,
    Codec<E> entries,
    Function<C, String> commandKey,
    Function<E, String> entryKey) {
  public static <S, C, E> LogFormat<C, E> of(Fold<S, C, E> fold) {
    return new LogFormat<>(fold.commands(), fold.entries(), fold::commandKey, fold::entryKey);
  }
}
