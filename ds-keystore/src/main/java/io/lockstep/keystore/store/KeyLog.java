package io.lockstep.keystore.store;

import io.lockstep.log.v1.KeyCommand;
import io.lockstep.log.v1.KeyEntry;
import io.lockstep.log.v1.KeyState;
import java.util.List;
import java.util.Optional;

/** The key store's log, as the calls see it. All methods block; all fail with {@link Refusal}. */
public interface KeyLog {
  /** Submits commands together and returns their answers in the same order, once durable. */
  List<KeyEntry> submit(List<KeyCommand> commands);

  /**
   * The confirmed state of a stream, at least as new as every answer that was given here before.
   */
  Optional<KeyState> state(String key);

  /** The entry of a stream with a sequence number that an answer has named. */
  KeyEntry entry(String key, long sequence);
}
