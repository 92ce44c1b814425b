package io.lockstep.sequencer.law;

import com.google.protobuf.ByteString;
import io.lockstep.log.v1.Joiner;
import io.lockstep.log.v1.PostCommit;
import io.lockstep.log.v1.Rejected;
import io.lockstep.mls.KeyPackageRef;
import java.util.HashSet;
import java.util.Set;

/**
 * The joiners are exactly the receivers of the Welcome, each with its own inbox: otherwise somebody
 * would be added who is never told, or one Welcome would take the place of another.
 */
final class WelcomeRule {
  private WelcomeRule() {}

  static void check(PostCommit command) throws Refused {
    if (command.getWelcome().isEmpty() != command.getJoinersList().isEmpty()) {
      throw mismatch();
    }
    if (command.getWelcome().isEmpty()) {
      return;
    }
    Set<KeyPackageRef> welcomed = new HashSet<>(Framing.welcomeRefs(command.getWelcome()));
    Set<KeyPackageRef> joining = new HashSet<>();
    Set<ByteString> inboxes = new HashSet<>();
    for (Joiner joiner : command.getJoinersList()) {
      boolean distinct =
          joining.add(new KeyPackageRef(joiner.getKeyPackageRef().toByteArray()))
              && inboxes.add(joiner.getInboxId());
      if (!distinct || joiner.getInboxId().size() != StreamLimits.INBOX_ID_BYTES) {
        throw mismatch();
      }
    }
    if (!joining.equals(welcomed)) {
      throw mismatch();
    }
  }

  private static Refused mismatch() {
    return Refused.because(Rejected.Reason.WELCOME_MISMATCH);
  }
}
