package io.lockstep.mls;

import static io.lockstep.mls.TestClient.CONTEXT;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * A stored state of version 1 must be read for ever: never change the file, add one per version.
 */
class PublicGroupGoldenTest {
  @Test
  void storedTrackerOfVersion1IsReadAndGoesOn() throws Exception {
    List<byte[]> lines = lines("public-group-v1.hex");
    byte[] stored = lines.get(0);
    PublicGroup group = PublicGroup.decode(stored);
    assertArrayEquals(stored, group.encode());
    assertEquals(4, group.memberCount());
    assertEquals(1, group.pendingProposals().size());
    group.checkWelcome(lines.get(3));
    PublicGroup next = group.process(lines.get(1), CONTEXT).next();
    assertArrayEquals(lines.get(2), next.context().encode());
  }

  private static List<byte[]> lines(String name) throws IOException {
    try (InputStream in = PublicGroupGoldenTest.class.getResourceAsStream("golden/" + name)) {
      return new String(in.readAllBytes(), StandardCharsets.US_ASCII)
          .lines()
          .map(HexFormat.of()::parseHex)
          .toList();
    }
  }
}
