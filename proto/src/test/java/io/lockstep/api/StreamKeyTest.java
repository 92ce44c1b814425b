package io.lockstep.api;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.protobuf.ByteString;
import io.lockstep.log.v1.InboxItem;
import io.lockstep.log.v1.PostMessage;
import io.lockstep.log.v1.StreamCommand;
import io.lockstep.log.v1.StreamEntry;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class StreamKeyTest {
  private static final ByteString ID = ByteString.copyFrom(new byte[] {0x0A, (byte) 0xFF});

  @Test
  void groupsAndInboxesHaveDifferentKeys() {
    StreamCommand toGroup =
        StreamCommand.newBuilder()
            .setStreamId(ID)
            .setMessage(PostMessage.getDefaultInstance())
            .build();
    StreamCommand toInbox =
        StreamCommand.newBuilder().setStreamId(ID).setItem(InboxItem.getDefaultInstance()).build();

    assertEquals("g:0aff", StreamKey.of(toGroup));
    assertEquals("i:0aff", StreamKey.of(toInbox));
    assertEquals("g:0aff", StreamKey.of(StreamEntry.newBuilder().setStreamId(ID).build()));
    assertEquals(
        "i:0aff", StreamKey.of(StreamEntry.newBuilder().setStreamId(ID).setInbox(true).build()));
  }

  @Test
  void onlyAKeyAsWeWriteItIsRead() {
    assertEquals(Optional.of(ID), StreamKey.streamId("g:0aff"));
    assertEquals(Optional.of(ID), StreamKey.streamId("i:0aff"));
    assertEquals(Optional.empty(), StreamKey.streamId("g:0AFF"));
    assertEquals(Optional.empty(), StreamKey.streamId("g:0af"));
    assertEquals(Optional.empty(), StreamKey.streamId("x:0aff"));
    assertEquals(Optional.empty(), StreamKey.streamId(""));
  }
}
