package io.lockstep.deploy.bench;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.lockstep.mls.crypto.CipherSuite;
import java.security.SecureRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PopulatedGroupTest {
  private static final CipherSuite SUITE = CipherSuite.MLS_128_DHKEMX25519_AES128GCM_SHA256_ED25519;

  /** Joining verifies the whole tree that was made; each Commit is checked by both members. */
  @ParameterizedTest
  @ValueSource(ints = {8, 9, 31, 33, 100})
  void membersOfAMadeTreeJoinAndFollowEachOther(int members) throws Exception {
    SecureRandom random = new SecureRandom();
    PopulatedGroup group = PopulatedGroup.of(SUITE, members, new MlsPeople(SUITE, random), random);
    assertEquals(members, group.first().members().size());
    assertArrayEquals(group.first().epochAuthenticator(), group.second().epochAuthenticator());
  }
}
