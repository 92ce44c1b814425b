package io.lockstep.gateway.admission;

import com.google.protobuf.ByteString;
import io.lockstep.log.v1.StreamCommand;

/**
 * A submission that is well formed.
 *
 * @param key text key of the group's stream
 */
public record Admitted(String key, StreamCommand command, Proof proof) {
  /** What the submitter must be able to show. */
  public sealed interface Proof {}

  /** The pass of the epoch that the message names. */
  public record Pass(long epoch, ByteString hash) implements Proof {}

  /** A client token: the creation of a group. */
  public record TokenToCreate() implements Proof {}

  /** A client token, and a group that admits external commits. */
  public record TokenToJoin() implements Proof {}

  public boolean needsToken() {
    return switch (proof) {
      case Pass shown -> false;
      case TokenToCreate create -> true;
      case TokenToJoin join -> true;
    };
  }
}
