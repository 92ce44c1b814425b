package io.lockstep.mls.interop;

import java.security.SecureRandom;
import java.time.Instant;

/**
 * This engine and bcmls 1.84 in the same groups, for what bcmls does right: every Commit has a
 * path, nothing has extensions that bcmls does not know, no message is altered, and all is in one
 * thread.
 */
class BcmlsDifferentialTest extends InteropTest {
  @Override
  Peer otherEngine(Peer.Setup setup, Instant time) throws Exception {
    return new BcPeer(setup, new SecureRandom());
  }

  @Override
  PathPolicy pathPolicy() {
    return PathPolicy.ALWAYS;
  }
}
