package io.lockstep.chainlog;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** A {@link StreamView} with the bytes decoded, for use in the owner's process. Thread-safe. */
public final class LocalView<S, E> {
  private final StreamView view;
  private final Codec<S> states;
  private final Codec<E> entries;

  public LocalView(StreamView view, Codec<S> states, Codec<E> entries) {
    this.view = view;
    this.states = states;
    this.entries = entries;
  }

  /** See {@link StreamView#folded}. */
  public CompletableFuture<Void> folded(String key, long asOf) throws NotOwner {
    return view.folded(key, asOf);
  }

  public StateAnswer<S> state(String key) throws NotOwner {
    return decodeState(view.stateBytes(key), states);
  }

  public HistoryPage<E> history(String key, long afterSequence, int maxEntries, int maxBytes)
      throws NotOwner {
    return decodePage(view.historyBytes(key, afterSequence, maxEntries, maxBytes), entries);
  }

  public static <S> StateAnswer<S> decodeState(StateAnswer<ByteString> answer, Codec<S> states) {
    Optional<S> state =
        answer.state().isPresent()
            ? Optional.of(decode(states, answer.state().get()))
            : Optional.empty();
    return new StateAnswer<>(state, answer.foldedTo());
  }

  public static <E> HistoryPage<E> decodePage(HistoryPage<ByteString> page, Codec<E> entries) {
    List<HistoryPage.Item<E>> items = new ArrayList<>(page.items().size());
    for (HistoryPage.Item<ByteString> item : page.items()) {
      items.add(
          new HistoryPage.Item<>(item.sequence(), item.logOffset(), decode(entries, item.entry())));
    }
    return new HistoryPage<>(items, page.firstAvailable(), page.foldedTo());
  }

  /** Throws IllegalStateException for what this fold has not encoded. */
  public static <T> T decode(Codec<T> codec, ByteString bytes) {
    try {
      return codec.decode(bytes);
    } catch (CodecException e) {
      throw new IllegalStateException("an owner stores only what its fold encoded", e);
    }
  }
}
