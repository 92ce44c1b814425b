package io.lockstep.mls;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.JsonNode;
import io.lockstep.mls.codec.TlsWriter;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class WelcomeSplitTest {
  private static final KeyPackageRef FIRST = new KeyPackageRef(new byte[] {1});
  private static final KeyPackageRef SECOND = new KeyPackageRef(new byte[] {2});

  @Test
  void welcomeForTwoBecomesTwoWelcomesForOne() throws Exception {
    byte[] both = welcome(FIRST, SECOND);
    Map<KeyPackageRef, byte[]> split = WelcomeSplit.split(both);
    assertEquals(List.of(FIRST, SECOND), List.copyOf(split.keySet()));
    assertArrayEquals(welcome(FIRST), split.get(FIRST));
    assertArrayEquals(welcome(SECOND), split.get(SECOND));
    assertArrayEquals(welcome(SECOND), WelcomeSplit.only(both, SECOND));
    assertThrows(IllegalArgumentException.class, () -> WelcomeSplit.only(welcome(FIRST), SECOND));
  }

  @Test
  void brokenWelcomesAreMalformed() {
    byte[] trailing = Arrays.copyOf(welcome(FIRST), welcome(FIRST).length + 1);
    assertThrows(MlsException.Malformed.class, () -> WelcomeSplit.refs(trailing));
    byte[] twice = welcome(FIRST, FIRST);
    assertThrows(MlsException.Malformed.class, () -> WelcomeSplit.refs(twice));
    byte[] keyPackage = welcome(FIRST);
    keyPackage[3] = 5;
    assertThrows(MlsException.Malformed.class, () -> WelcomeSplit.refs(keyPackage));
  }

  @Test
  void officialWelcomesSplitIntoTheirEntries() throws Exception {
    for (JsonNode vector : Vectors.load("messages")) {
      byte[] welcome = Vectors.hex(vector.get("mls_welcome"));
      for (Map.Entry<KeyPackageRef, byte[]> part : WelcomeSplit.split(welcome).entrySet()) {
        assertEquals(List.of(part.getKey()), WelcomeSplit.refs(part.getValue()));
      }
    }
  }

  private static byte[] welcome(KeyPackageRef... refs) {
    return new TlsWriter()
        .uint16(1)
        .uint16(3)
        .uint16(1)
        .vector(
            List.of(refs),
            (out, ref) -> out.put(ref).opaque(new byte[32]).opaque(new byte[] {ref.bytes()[0], 5}))
        .opaque(new byte[100])
        .toByteArray();
  }
}
