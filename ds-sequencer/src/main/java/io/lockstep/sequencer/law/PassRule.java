package io.lockstep.sequencer.law;

import com.google.protobuf.ByteString;
import io.lockstep.api.EpochPass;
import io.lockstep.log.v1.EpochState;
import io.lockstep.log.v1.GroupState;
import java.security.MessageDigest;

/**
 * Whoever submits has shown the pass of the very epoch that the message names. Compared here again,
 * after the gateway did, because a Commit may have come in between.
 */
final class PassRule {
  private PassRule() {}

  static void check(GroupState group, EpochState named, ByteString shownHash) throws Refused {
    if (!MessageDigest.isEqual(shownHash.toByteArray(), named.getPassHash().toByteArray())) {
      throw Refused.wrongPass(EpochRule.current(group));
    }
  }

  static void checkLength(ByteString hash) throws Refused {
    if (hash.size() != EpochPass.LENGTH) {
      throw Refused.malformed();
    }
  }
}
