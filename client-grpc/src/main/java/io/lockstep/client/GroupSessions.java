package io.lockstep.client;

import io.lockstep.client.state.StateVault;
import io.lockstep.mls.GroupId;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** The groups of one client. Thread-safe. */
final class GroupSessions {
  private final StateVault vault;
  private final GroupFold fold;
  private final Map<GroupId, GroupSession> sessions = new ConcurrentHashMap<>();

  GroupSessions(StateVault vault, GroupFold fold) {
    this.vault = vault;
    this.fold = fold;
    GroupSession.load(vault, fold).forEach(session -> sessions.put(session.id(), session));
  }

  Optional<GroupSession> find(GroupId id) {
    return Optional.ofNullable(sessions.get(id));
  }

  GroupSession require(GroupId id) {
    return find(id).orElseThrow(LockstepException.UnknownGroup::new);
  }

  Collection<GroupSession> all() {
    return sessions.values();
  }

  /** Stores the record of a group that was not known; of one that is, the session as it is. */
  GroupSession add(GroupRecord record) {
    return sessions.computeIfAbsent(
        record.id(), ignored -> GroupSession.create(vault, fold, record));
  }

  /**
   * Stores the record of a group that this client makes. The caller holds its {@link
   * GroupSession#changes} before anybody else can see it, so that the creation in the record is
   * handed in by nobody else.
   */
  GroupSession addHeld(GroupRecord record) {
    return sessions.computeIfAbsent(
        record.id(),
        ignored -> {
          GroupSession session = GroupSession.create(vault, fold, record);
          session.changes.lock();
          return session;
        });
  }

  void remove(GroupId id) {
    GroupSession session = sessions.remove(id);
    if (session != null) {
      session.delete();
    }
  }
}
