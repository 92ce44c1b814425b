package io.lockstep.mls;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.JsonNode;
import io.lockstep.mls.codec.TlsWriter;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class MlsFrameTest {
  private static final GroupId GROUP = new GroupId(new byte[] {1, 2, 3});

  @Test
  void headOfPrivateMessageIsRead() throws Exception {
    byte[] head = privateMessage(1, -1L);
    MlsFrame.PrivateMessage frame =
        assertInstanceOf(MlsFrame.PrivateMessage.class, MlsFrame.read(head));
    assertEquals(GROUP, frame.groupId());
    assertEquals("18446744073709551615", Long.toUnsignedString(frame.epoch()));
    assertEquals(ContentType.APPLICATION, frame.contentType());
    assertArrayEquals(new byte[] {9}, frame.authenticatedData());
  }

  @Test
  void headOfPublicMessageTellsTheRoleOfTheSender() throws Exception {
    for (SenderType type : SenderType.values()) {
      MlsFrame.PublicMessage frame =
          assertInstanceOf(MlsFrame.PublicMessage.class, MlsFrame.read(publicHead(type)));
      assertEquals(type, frame.senderType());
      assertEquals(ContentType.COMMIT, frame.contentType());
      assertEquals(7, frame.epoch());
      assertArrayEquals(new byte[] {9}, frame.authenticatedData());
    }
  }

  @Test
  void everyTruncatedHeadIsMalformed() {
    for (byte[] head : List.of(privateMessage(2, 5), publicHead(SenderType.MEMBER))) {
      for (int length = 0; length < head.length; length++) {
        byte[] cut = Arrays.copyOf(head, length);
        assertThrows(MlsException.Malformed.class, () -> MlsFrame.read(cut));
      }
    }
  }

  @Test
  void bytesBehindAPrivateMessageAreMalformed() {
    byte[] message = privateMessage(2, 5);
    byte[] longer = Arrays.copyOf(message, message.length + 1);
    assertThrows(MlsException.Malformed.class, () -> MlsFrame.read(longer));
  }

  @Test
  void otherVersionsAndFormatsAreUnsupportedAndOtherContentIsMalformed() {
    byte[] version = privateMessage(1, 1);
    version[1] = 2;
    assertThrows(MlsException.Unsupported.class, () -> MlsFrame.read(version));
    byte[] format = privateMessage(1, 1);
    format[3] = 6;
    assertThrows(MlsException.Unsupported.class, () -> MlsFrame.read(format));
    assertThrows(MlsException.Malformed.class, () -> MlsFrame.read(privateMessage(4, 1)));
  }

  @Test
  void framesOfTheOfficialMessagesAreRead() throws Exception {
    int cases = 0;
    for (JsonNode vector : Vectors.load("messages")) {
      assertEquals(WireFormat.WELCOME, format(vector, "mls_welcome"));
      assertEquals(WireFormat.GROUP_INFO, format(vector, "mls_group_info"));
      assertEquals(WireFormat.KEY_PACKAGE, format(vector, "mls_key_package"));
      assertEquals(ContentType.APPLICATION, content(vector, "public_message_application"));
      assertEquals(ContentType.PROPOSAL, content(vector, "public_message_proposal"));
      assertEquals(ContentType.COMMIT, content(vector, "public_message_commit"));
      assertEquals(WireFormat.PRIVATE_MESSAGE, format(vector, "private_message"));
      cases++;
    }
    assertEquals(300, cases);
  }

  private static WireFormat format(JsonNode vector, String name) throws MlsException {
    return MlsFrame.read(Vectors.hex(vector.get(name))).wireFormat();
  }

  private static ContentType content(JsonNode vector, String name) throws MlsException {
    MlsFrame frame = MlsFrame.read(Vectors.hex(vector.get(name)));
    return assertInstanceOf(MlsFrame.PublicMessage.class, frame).contentType();
  }

  private static byte[] privateMessage(int contentType, long epoch) {
    return new TlsWriter()
        .uint16(1)
        .uint16(2)
        .put(GROUP)
        .uint64(epoch)
        .uint8(contentType)
        .opaque(new byte[] {9})
        .opaque(new byte[28])
        .opaque(new byte[100])
        .toByteArray();
  }

  private static byte[] publicHead(SenderType type) {
    TlsWriter out = new TlsWriter().uint16(1).uint16(1).put(GROUP).uint64(7).uint8(type.id());
    if (type == SenderType.MEMBER || type == SenderType.EXTERNAL) {
      out.uint32(3);
    }
    return out.opaque(new byte[] {9}).uint8(3).toByteArray();
  }
}
