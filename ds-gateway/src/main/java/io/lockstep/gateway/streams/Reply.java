package io.lockstep.gateway.streams;

import java.util.function.Consumer;

/**
 * Takes the one outcome of a question, on the fan-out's thread; perhaps before the question
 * returns.
 */
public interface Reply<T> {
  void came(T answer);

  void failed(Throwable cause);

  static <T> Reply<T> of(Consumer<T> came, Consumer<Throwable> failed) {
    return new Reply<>() {
      @Override
      public void came(T answer) {
        came.accept(answer);
      }

      @Override
      public void failed(Throwable cause) {
        failed.accept(cause);
      }
    };
  }
}
