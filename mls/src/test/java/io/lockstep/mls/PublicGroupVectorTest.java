package io.lockstep.mls;

import static io.lockstep.mls.Vectors.hex;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * A tracker beside the passive client: it follows all that other implementations sent in public,
 * and after each Commit knows the context that the client has.
 */
class PublicGroupVectorTest {
  @Test
  void everyPublicCommitIsFollowed() throws Exception {
    int cases = 0;
    int commits = 0;
    for (JsonNode vector : Vectors.load("passive-client-handling-commit")) {
      try {
        commits += follow(vector);
      } catch (MlsException | RuntimeException e) {
        throw new AssertionError("case " + cases, e);
      }
      cases++;
    }
    assertEquals(91, cases);
    assertEquals(182, commits);
  }

  private static int follow(JsonNode v) throws MlsException {
    ReceiveContext context = PassiveClientVectorTest.context(v);
    Group group = PassiveClientVectorTest.join(v);
    ReceiveContext withTree = context.withRatchetTree(group.ratchetTree());
    byte[] info = group.groupInfo(GroupInfoContent.WITHOUT_TREE);
    PublicGroup tracked = PublicGroup.of(info, withTree);
    int commits = 0;
    for (JsonNode epoch : v.get("epochs")) {
      for (JsonNode proposal : epoch.get("proposals")) {
        group = group.process(hex(proposal), context).next();
        tracked = tracked.process(hex(proposal), context).next();
      }
      byte[] commit = hex(epoch.get("commit"));
      group = group.process(commit, context).next();
      if (tracked.process(commit, context) instanceof PublicEffect.CommitApplied applied) {
        tracked = PublicGroup.decode(applied.next().encode());
        commits++;
      }
      assertArrayEquals(group.context().encode(), tracked.context().encode());
      assertArrayEquals(group.ratchetTree(), tracked.ratchetTree());
      assertEquals(group.members(), tracked.members());
      tracked.checkGroupInfo(group.groupInfo(GroupInfoContent.WITH_TREE));
      Optional<Member> self = tracked.member(group.ownLeaf());
      assertEquals(group.member(group.ownLeaf()), self);
    }
    return commits;
  }
}
