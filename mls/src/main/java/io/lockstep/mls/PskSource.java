package io.lockstep.mls;

import io.lockstep.mls.crypto.Secret;
import java.util.Optional;

/**
 * Where a group finds pre-shared keys (RFC 9420 section 8.4). It does not close the secrets that it
 * is given.
 */
public interface PskSource {
  /** Of a group that uses no PSKs but its own resumption PSKs. */
  PskSource NONE = id -> Optional.empty();

  /** The external PSK of that id. */
  Optional<Secret> external(byte[] id);

  /**
   * The resumption PSK of another group. Recent epochs of the group itself are not asked for here.
   */
  default Optional<Secret> resumption(GroupId group, long epoch) {
    return Optional.empty();
  }
}
