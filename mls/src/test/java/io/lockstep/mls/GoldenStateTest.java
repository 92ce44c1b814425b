package io.lockstep.mls;

import static io.lockstep.mls.TestClient.CONTEXT;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * A stored state of version 1 must be read for ever: never change the file, add one per version.
 */
class GoldenStateTest {
  @Test
  void storedGroupOfVersion1IsReadAndGoesOn() throws Exception {
    List<String> lines = lines("group-v1.hex");
    byte[] stored = HexFormat.of().parseHex(lines.get(0));
    byte[] message = HexFormat.of().parseHex(lines.get(1));
    byte[] commit = HexFormat.of().parseHex(lines.get(2));
    byte[] authenticator = HexFormat.of().parseHex(lines.get(3));
    Group group = Group.decode(stored);
    assertArrayEquals(stored, group.encode());
    Effect.ApplicationMessage read =
        assertInstanceOf(Effect.ApplicationMessage.class, group.process(message, CONTEXT));
    assertEquals("golden", new String(read.data(), StandardCharsets.UTF_8));
    Group next = read.next().process(commit, CONTEXT).next();
    assertArrayEquals(authenticator, next.epochAuthenticator());
  }

  private static List<String> lines(String name) throws IOException {
    try (InputStream in = GoldenStateTest.class.getResourceAsStream("golden/" + name)) {
      return new String(in.readAllBytes(), StandardCharsets.US_ASCII).lines().toList();
    }
  }
}
