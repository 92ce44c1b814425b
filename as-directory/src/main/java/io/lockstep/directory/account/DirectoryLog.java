package io.lockstep.directory.account;

import io.lockstep.log.v1.DirectoryCommand;
import io.lockstep.log.v1.DirectoryEntry;
import io.lockstep.log.v1.DirectoryState;
import java.util.Optional;

/** The directory's log, as the calls see it. Both methods block; both fail with {@link Refusal}. */
public interface DirectoryLog {
  /** Submits a command and returns the entry that answers it, once that is durable. */
  DirectoryEntry submit(DirectoryCommand command);

  /**
   * The confirmed state of a stream, at least as new as every answer that was given here before.
   */
  Optional<DirectoryState> state(String key);
}
