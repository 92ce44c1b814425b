package io.lockstep.mls.codec;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.lockstep.mls.MlsException.Malformed;
import io.lockstep.mls.Vectors;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TlsReaderTest {
  @Test
  void lengthPrefixesOfTheVectorsReadAndWriteTheSame() throws Exception {
    int cases = 0;
    for (JsonNode vector : Vectors.load("deserialization")) {
      byte[] header = Vectors.hex(vector.get("vlbytes_header"));
      int length = vector.get("length").asInt();
      TlsReader in = new TlsReader(header);
      assertEquals(length, in.varint());
      assertTrue(in.isAtEnd());
      assertArrayEquals(header, new TlsWriter().varint(length).toByteArray());
      cases++;
    }
    assertTrue(cases > 0);
  }

  @ParameterizedTest
  @ValueSource(strings = {"4000", "403f", "80000000", "80003fff", "8000003f"})
  void lengthPrefixThatCouldBeShorterIsMalformed(String hex) {
    assertThrows(Malformed.class, () -> reader(hex).varint());
  }

  @ParameterizedTest
  @ValueSource(strings = {"c0", "ff", "c000000000000001", "40", "80", "8000", "800040", ""})
  void reservedOrTruncatedLengthPrefixIsMalformed(String hex) {
    assertThrows(Malformed.class, () -> reader(hex).varint());
  }

  @ParameterizedTest
  @ValueSource(strings = {"bfffffff", "bfffffff0000", "02ff", "7fff00"})
  void lengthBeyondTheInputIsMalformedBeforeAnythingIsAllocated(String hex) {
    // The largest of these would be 1 GiB, which the heap of this test does not have.
    assertThrows(Malformed.class, () -> reader(hex).opaque());
    assertThrows(Malformed.class, () -> reader(hex).vector());
    assertThrows(Malformed.class, () -> reader(hex).skipOpaque());
    assertThrows(Malformed.class, () -> reader(hex).list(TlsReader::uint8));
  }

  @Test
  void everyTruncationOfAStructureIsMalformed() throws Exception {
    TlsWriter out = new TlsWriter().uint8(1).uint16(2).uint32(3).uint64(-1);
    byte[] whole = out.opaque(new byte[70]).toByteArray();
    for (int length = 0; length < whole.length; length++) {
      byte[] part = java.util.Arrays.copyOf(whole, length);
      assertThrows(Malformed.class, () -> readStructure(new TlsReader(part)));
    }
    assertEquals(70, readStructure(new TlsReader(whole)));
  }

  @Test
  void presenceOctetIsZeroOrOne() throws Exception {
    assertTrue(reader("00").optional(TlsReader::uint8).isEmpty());
    assertEquals(7, reader("0107").optional(TlsReader::uint8).orElseThrow());
    assertThrows(Malformed.class, () -> reader("0207").optional(TlsReader::uint8));
    assertThrows(Malformed.class, () -> reader("01").optional(TlsReader::uint8));
  }

  @Test
  void itemThatRunsOverTheEndOfItsVectorIsMalformed() throws Exception {
    assertThrows(Malformed.class, () -> reader("03000100ff").list(TlsReader::uint16));
    assertEquals(List.of(1, 2), reader("0400010002").list(TlsReader::uint16));
  }

  @Test
  void trailingBytesAreMalformed() {
    byte[] bytes = {1, 2};
    assertThrows(Malformed.class, () -> TlsReader.decodeAll(bytes, TlsReader::uint8));
  }

  @Test
  void vectorsOfEverySizeClassComeBack() throws Exception {
    for (int length : new int[] {0, 1, 63, 64, 16383, 16384, 100_000}) {
      byte[] content = new byte[length];
      byte[] written = new TlsWriter().uint8(9).vector(out -> out.raw(content)).toByteArray();
      assertArrayEquals(new TlsWriter().uint8(9).opaque(content).toByteArray(), written);
      TlsReader in = new TlsReader(written);
      assertEquals(9, in.uint8());
      assertArrayEquals(content, in.opaque());
      in.expectEnd();
    }
  }

  @Test
  void writerRefusesNumbersThatDoNotFit() {
    TlsWriter out = new TlsWriter();
    assertThrows(IllegalArgumentException.class, () -> out.uint8(256));
    assertThrows(IllegalArgumentException.class, () -> out.uint16(-1));
    assertThrows(IllegalArgumentException.class, () -> out.uint32(1L << 32));
    assertThrows(IllegalArgumentException.class, () -> out.varint(1 << 30));
  }

  private static int readStructure(TlsReader in) throws Malformed {
    assertEquals(1, in.uint8());
    assertEquals(2, in.uint16());
    assertEquals(3, in.uint32());
    assertEquals(-1, in.uint64());
    int length = in.opaque().length;
    in.expectEnd();
    return length;
  }

  private static TlsReader reader(String hex) {
    return new TlsReader(HexFormat.of().parseHex(hex));
  }
}
