package io.lockstep.sequencer.law;

import static io.lockstep.sequencer.law.StreamWorld.assertRejected;
import static io.lockstep.sequencer.law.StreamWorld.assertSequenced;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import io.lockstep.api.StreamChain;
import io.lockstep.chainlog.CodecException;
import io.lockstep.chainlog.SubmissionPoint;
import io.lockstep.log.v1.CreateGroup;
import io.lockstep.log.v1.GroupSettings;
import io.lockstep.log.v1.InboxItem;
import io.lockstep.log.v1.Rejected;
import io.lockstep.log.v1.StreamCommand;
import io.lockstep.log.v1.StreamEntry;
import io.lockstep.mls.ContentType;
import io.lockstep.mls.SenderType;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class StreamFoldTest {
  private final StreamWorld world = new StreamWorld();
  private final StreamFold fold = new StreamFold();

  @Test
  void creationIsEntryOneOfEpochZero() {
    StreamEntry entry = world.when(Commands.create(1));

    assertSequenced(1, 0, entry);
    assertEquals(StreamWorld.START_MILLIS, entry.getTimeMs());
    assertEquals(Ids.submission(1), entry.getSubmissionId());
    assertEquals(0, world.group().getEpoch());
  }

  @Test
  void groupIsCreatedOnce() {
    world.given(Commands.create(1));

    assertRejected(Rejected.Reason.GROUP_EXISTS, world.when(Commands.create(2)));
  }

  @Test
  void groupThatWasNotCreatedIsUnknown() {
    assertRejected(Rejected.Reason.UNKNOWN_GROUP, world.when(Commands.application(1, 0)));
    assertRejected(Rejected.Reason.UNKNOWN_GROUP, world.when(Commands.commit(2, 0)));
    assertEquals(Optional.empty(), world.state(Commands.commit(2, 0)));
  }

  @Test
  void creationWithImpossibleSettingsIsMalformed() {
    assertRejected(
        Rejected.Reason.MALFORMED_MESSAGE,
        world.when(Commands.create(1, GroupSettings.newBuilder().setPastEpochs(65).build())));
    assertRejected(
        Rejected.Reason.MALFORMED_MESSAGE,
        world.when(Commands.create(2, GroupSettings.newBuilder().setPastEpochs(-1).build())));
    assertRejected(
        Rejected.Reason.MALFORMED_MESSAGE,
        world.when(
            Commands.create(3).toBuilder().setCreate(CreateGroup.getDefaultInstance()).build()));
    assertEquals(Optional.empty(), world.state(Commands.create(1)));
  }

  @Test
  void messageOfAnotherGroupIsAMismatch() {
    world.given(Commands.create(1));
    ByteString other = Ids.group("other");

    assertRejected(
        Rejected.Reason.GROUP_MISMATCH,
        world.when(Commands.message(2, 0, Frames.application(other, 0, "text"))));
    assertRejected(
        Rejected.Reason.GROUP_MISMATCH,
        world.when(Commands.commit(3, Commands.post(0, Frames.commit(other, 0, "commit")))));
  }

  @Test
  void commandWhoseBytesAreSomethingElseIsMalformed() {
    world.given(Commands.create(1));
    ByteString commit = Frames.commit(Commands.GROUP, 0, "commit");
    ByteString text = Frames.application(Commands.GROUP, 0, "text");

    assertMalformed(Commands.message(2, 0, commit));
    assertMalformed(Commands.commit(3, Commands.post(0, text)));
    assertMalformed(Commands.message(4, 0, Frames.groupInfo(Commands.GROUP, 0)));
    assertMalformed(Commands.message(5, 0, ByteString.EMPTY));
    assertMalformed(Commands.message(6, 0, text.substring(0, 8)));
  }

  @Test
  void applicationDataInTheClearIsMalformed() {
    world.given(Commands.create(1));

    assertMalformed(
        Commands.message(
            2,
            0,
            Frames.open(
                Commands.GROUP, 0, SenderType.MEMBER, ContentType.APPLICATION, "for all to read")));
  }

  @Test
  void proposalMayBeInTheClear() {
    world.given(Commands.create(1));

    assertSequenced(
        2,
        0,
        world.when(
            Commands.message(
                2,
                0,
                Frames.open(Commands.GROUP, 0, SenderType.MEMBER, ContentType.PROPOSAL, "open"))));
  }

  @Test
  void commandWithoutAProperIdIsMalformedAndNotRemembered() {
    world.given(Commands.create(1));
    StreamCommand command =
        Commands.application(2, 0).toBuilder().setSubmissionId(ByteString.EMPTY).build();

    StreamEntry entry = world.when(command);

    assertRejected(Rejected.Reason.MALFORMED_MESSAGE, entry);
    assertEquals(0, world.state().refused().newest());
    assertMalformed(
        command.toBuilder().setSubmissionId(Ids.submission(2).concat(Ids.submission(3))).build());
    assertEquals(0, world.state().refused().newest());
  }

  @Test
  void streamIdsOfOtherLengthsAreMalformed() {
    assertMalformed(Commands.create(1).toBuilder().setStreamId(ByteString.EMPTY).build());
    assertMalformed(
        Commands.create(2).toBuilder().setStreamId(ByteString.copyFrom(new byte[256])).build());
    assertMalformed(Commands.item(3, 1, "x").toBuilder().setStreamId(Ids.group("short")).build());
  }

  @Test
  void commandWithoutABodyIsMalformed() {
    assertMalformed(
        StreamCommand.newBuilder()
            .setSubmissionId(Ids.submission(1))
            .setStreamId(Commands.GROUP)
            .build());
  }

  @Test
  void inboxBeginsWithItsFirstItemAndTakesThemAll() {
    assertSequenced(1, 0, world.when(Commands.item(1, 1, "a")));
    assertSequenced(2, 0, world.when(Commands.item(2, 1, "b")));
    assertSequenced(1, 0, world.when(Commands.item(3, 2, "c")));
    assertMalformed(
        Commands.item(4, 1, "").toBuilder().setItem(InboxItem.getDefaultInstance()).build());
  }

  @Test
  void inboxAndGroupWithTheSameIdAreTwoStreams() {
    StreamCommand item = Commands.item(1, 1, "a");
    StreamCommand create = Commands.create(1).toBuilder().setStreamId(Ids.inbox(1)).build();

    world.given(item, create);

    assertTrue(world.when(item).hasDuplicate());
    assertTrue(world.when(create).hasDuplicate());
  }

  @Test
  void everyEntryContinuesTheChainOfItsStream() {
    StreamCommand text = Commands.application(2, 0);
    StreamCommand commit = Commands.commit(3, Commands.adding(0, "bob"));
    byte[] group = Commands.GROUP.toByteArray();

    byte[] first = StreamChain.next(StreamChain.zero(), group, 1, 0, new byte[0]);
    byte[] second =
        StreamChain.next(first, group, 2, 0, text.getMessage().getMessage().toByteArray());
    byte[] third =
        StreamChain.next(second, group, 3, 0, commit.getCommit().getCommit().toByteArray());

    assertArrayEquals(first, chain(world.when(Commands.create(1))));
    assertArrayEquals(second, chain(world.when(text)));
    assertArrayEquals(third, chain(world.when(commit)));
    assertArrayEquals(third, world.state().chain().toByteArray());
    assertArrayEquals(
        StreamChain.next(
            StreamChain.zero(),
            Ids.inbox(1).toByteArray(),
            1,
            0,
            "hello".getBytes(StandardCharsets.UTF_8)),
        chain(world.when(Commands.item(9, 1, "hello"))));
  }

  @Test
  void undecodableRecordHasNoSequenceAndChangesNothing() {
    world.given(Commands.create(1));
    for (String key :
        new String[] {"", "g:", "nonsense", "g:zz", "i:00", fold.commandKey(Commands.create(1))}) {
      StreamEntry entry = fold.undecodable(key, new SubmissionPoint(0, 7, 8, 1));

      assertRejected(Rejected.Reason.MALFORMED_MESSAGE, entry);
      assertTrue(fold.sequence(entry).isEmpty());
      assertEquals(Optional.empty(), fold.apply(Optional.empty(), entry));
      assertEquals(Optional.of(world.state()), fold.apply(Optional.of(world.state()), entry));
    }
  }

  @Test
  void unknownFieldsOfACommandDoNotGetIntoEntries() throws CodecException {
    UnknownFieldSet smuggled =
        UnknownFieldSet.newBuilder()
            .addField(
                99,
                UnknownFieldSet.Field.newBuilder()
                    .addLengthDelimited(ByteString.copyFromUtf8("sender=alice"))
                    .build())
            .build();
    StreamCommand plain = Commands.create(1);
    StreamCommand command =
        plain.toBuilder()
            .setUnknownFields(smuggled)
            .setCreate(CreateGroup.newBuilder(plain.getCreate()).setUnknownFields(smuggled))
            .build();

    assertEquals(plain, fold.commands().decode(command.toByteArray()));
  }

  @Test
  void headersNameKindPlaceAndVerdict() {
    assertEquals(
        Map.of("kind", "created", "seq", "1", "epoch", "0", "verdict", "sequenced"),
        fold.headers(world.when(Commands.create(1))));
    assertEquals("proposal", fold.headers(world.when(Commands.proposal(2, 0))).get("kind"));
    assertEquals("application", fold.headers(world.when(Commands.application(3, 0))).get("kind"));
    assertEquals("commit", fold.headers(world.when(Commands.commit(4, 0))).get("kind"));
    assertEquals("welcome", fold.headers(world.when(Commands.item(5, 1, "x"))).get("kind"));
    assertEquals(
        Map.of("kind", "duplicate", "seq", "4", "epoch", "0", "verdict", "duplicate"),
        fold.headers(world.when(Commands.commit(4, 0))));
    assertEquals(
        Map.of("kind", "rejected", "epoch", "1", "verdict", "rejected:WRONG_EPOCH"),
        fold.headers(world.when(Commands.commit(6, 0))));
    assertEquals(
        Map.of("kind", "duplicate", "epoch", "1", "verdict", "duplicate:rejected:WRONG_EPOCH"),
        fold.headers(world.when(Commands.commit(6, 0))));
    assertEquals("none", fold.headers(StreamEntry.getDefaultInstance()).get("kind"));
  }

  private void assertMalformed(StreamCommand command) {
    assertRejected(Rejected.Reason.MALFORMED_MESSAGE, world.when(command));
  }

  private static byte[] chain(StreamEntry entry) {
    return entry.getSequenced().getChain().toByteArray();
  }
}
