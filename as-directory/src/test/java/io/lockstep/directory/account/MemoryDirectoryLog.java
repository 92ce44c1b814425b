package io.lockstep.directory.account;

import io.lockstep.api.v1.Reason;
import io.lockstep.chainlog.SubmissionPoint;
import io.lockstep.directory.law.DirectoryFold;
import io.lockstep.log.v1.DirectoryCommand;
import io.lockstep.log.v1.DirectoryEntry;
import io.lockstep.log.v1.DirectoryState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The fold over maps, with faults on demand. */
final class MemoryDirectoryLog implements DirectoryLog {
  /** What happens to a submission. */
  enum Fault {
    NONE,
    /** It is not written. */
    LOST,
    /** It is written, and the answer is lost. */
    UNANSWERED
  }

  /** Chooses the fault of the next submission. */
  interface Faults {
    Fault next();
  }

  final List<DirectoryEntry> entries = new ArrayList<>();
  Faults faults = () -> Fault.NONE;

  private final DirectoryFold fold = new DirectoryFold();
  private final Map<String, DirectoryState> states = new HashMap<>();

  @Override
  public DirectoryEntry submit(DirectoryCommand command) {
    Fault fault = faults.next();
    if (fault == Fault.LOST) {
      throw new Refusal(Reason.SERVICE_UNAVAILABLE, "lost");
    }
    String key = fold.commandKey(command);
    Optional<DirectoryState> state = state(key);
    DirectoryEntry entry =
        fold.decide(state, command, new SubmissionPoint(0, entries.size(), 1_000, 1));
    entries.add(entry);
    fold.apply(state, entry).ifPresent(next -> states.put(key, next));
    if (fault == Fault.UNANSWERED) {
      throw new Refusal(Reason.OUTCOME_UNKNOWN, "unanswered");
    }
    return entry;
  }

  @Override
  public Optional<DirectoryState> state(String key) {
    return Optional.ofNullable(states.get(key));
  }
}
