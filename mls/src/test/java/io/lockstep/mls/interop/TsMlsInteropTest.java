package io.lockstep.mls.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.lockstep.mls.Extension;
import io.lockstep.mls.GroupId;
import io.lockstep.mls.GroupInfoContent;
import io.lockstep.mls.KeyPackage;
import io.lockstep.mls.WireFormat;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Round trips with ts-mls 1.6.4, an engine by other hands in another language. Needs Node and npm;
 * is skipped, with the reason printed, where they are missing.
 */
class TsMlsInteropTest extends InteropTest {
  private static TsMls tsMls;

  @BeforeAll
  static void startNode() throws Exception {
    tsMls = TsMls.start();
  }

  @AfterAll
  static void endNode() throws Exception {
    if (tsMls != null) {
      tsMls.close();
    }
  }

  @Override
  Peer otherEngine(Peer.Setup setup, Instant time) throws Exception {
    return TsPeer.start(tsMls, setup, time);
  }

  @ParameterizedTest
  @MethodSource("casts")
  void extensionsThatNobodyKnowsAreCarried(Cast cast) throws Exception {
    List<Integer> types = List.of(LAST_RESORT, PRIVATE_USE);
    Extension lastResort = new Extension(LAST_RESORT, new byte[0]);
    Extension ofLeaf = new Extension(PRIVATE_USE, utf8("of the leaf"));
    Peer alice = first(cast, setup("alice", cast));
    Peer bob =
        second(
            cast, setup("bob", cast).withExtensions(types, List.of(lastResort), List.of(ofLeaf)));
    alice.create(new GroupId(utf8("extended")), List.of());
    KeyPackage keyPackage = KeyPackage.decode(bob.keyPackage());
    assertEquals(List.of(lastResort), keyPackage.extensions());
    assertEquals(List.of(ofLeaf), keyPackage.leafNode().extensions());
    List<Peer> members = new ArrayList<>(List.of(alice));
    add(members, alice, bob, WireFormat.PRIVATE_MESSAGE, GroupInfoContent.WITH_TREE);
    for (Peer each : List.copyOf(members)) {
      commit(members, each, Peer.Plan.of(WireFormat.PUBLIC_MESSAGE));
    }
    talk(members);
  }
}
