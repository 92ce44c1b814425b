package io.lockstep.mls;

import static io.lockstep.mls.TestClient.CONTEXT;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
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

  @Test
  void storedRecordsOfVersion1AreRead() throws Exception {
    Map<RecordKey, byte[]> records = new TreeMap<>();
    for (String line : text("public-group-records-v1.hex")) {
      String[] pair = line.split(" ", 2);
      HexFormat hex = HexFormat.of();
      records.put(RecordKey.of(hex.parseHex(pair[0])), hex.parseHex(pair[1]));
    }
    PublicGroup group = PublicGroup.fromRecords(records);
    assertArrayEquals(lines("public-group-v1.hex").getFirst(), group.encode());
    assertEquals(records.keySet(), group.records().keySet());
    records.forEach((key, value) -> assertArrayEquals(value, group.records().get(key)));
    for (RecordKey key : List.copyOf(records.keySet())) {
      Map<RecordKey, byte[]> incomplete = new TreeMap<>(records);
      incomplete.remove(key);
      boolean isProposal = key.kind() == RecordKey.Kind.PROPOSAL;
      if (!isProposal) {
        assertThrows(MlsException.class, () -> PublicGroup.fromRecords(incomplete));
      }
    }
  }

  private static List<byte[]> lines(String name) throws IOException {
    return text(name).stream().map(HexFormat.of()::parseHex).toList();
  }

  private static List<String> text(String name) throws IOException {
    try (InputStream in = PublicGroupGoldenTest.class.getResourceAsStream("golden/" + name)) {
      return new String(in.readAllBytes(), StandardCharsets.US_ASCII).lines().toList();
    }
  }
}
