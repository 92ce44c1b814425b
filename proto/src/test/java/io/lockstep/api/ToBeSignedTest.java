package io.lockstep.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class ToBeSignedTest {
  @Test
  void fieldsAreLengthPrefixed() {
    byte[] tbs = ToBeSigned.refreshToken(new byte[] {1, 2}, 258);

    String label =
        HexFormat.of().formatHex("Lockstep 1.0 RefreshToken".getBytes(StandardCharsets.US_ASCII));
    assertEquals(
        label + "00" + "00000002" + "0102" + "00000008" + "0000000000000102",
        HexFormat.of().formatHex(tbs));
  }

  @Test
  void movingABorderBetweenFieldsChangesTheBytes() {
    assertFalse(
        Arrays.equals(
            ToBeSigned.enrollClient("ab", new byte[] {'c'}),
            ToBeSigned.enrollClient("a", new byte[] {'b', 'c'})));
  }
}
