package io.lockstep.client;

import com.google.protobuf.ByteString;
import io.lockstep.client.ClientEvent.MessageReceived;
import io.lockstep.client.GroupRecord.GroupInfoUse;
import io.lockstep.client.history.StreamCursor;
import io.lockstep.client.identity.MemberIdentity;
import io.lockstep.client.state.StateException;
import io.lockstep.mls.Group;
import io.lockstep.mls.GroupId;
import io.lockstep.mls.MlsException;
import io.lockstep.mls.codec.TlsReader;
import io.lockstep.mls.codec.TlsWriter;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;

/** {@link GroupRecord} as bytes, version 1. They hold all secrets of the group. */
final class GroupRecordCodec {
  private static final int VERSION = 1;

  private GroupRecordCodec() {}

  static byte[] encode(GroupRecord record) {
    TlsWriter out = new TlsWriter().uint8(VERSION).put(record.id());
    Stored.write(out, record.standing());
    optional(out, record.group().map(Group::encode));
    record.cursor().encodeTo(out);
    out.uint64(record.passSequence());
    out.uint8(record.pending().isPresent() ? 1 : 0);
    record.pending().ifPresent(pending -> pending.encodeTo(out));
    out.vector(record.outbox(), (writer, message) -> message.encodeTo(writer));
    out.vector(record.unhandled(), GroupRecordCodec::writeMessage);
    out.uint8(record.leaving() ? 1 : 0);
    Stored.write(out, record.groupInfo());
    optional(out, record.deferredWelcome().map(ByteString::toByteArray));
    out.uint64(record.tolerated());
    return out.opaque(record.label().getBytes(StandardCharsets.UTF_8)).toByteArray();
  }

  static GroupRecord decode(byte[] encoded) {
    try {
      return TlsReader.decodeAll(encoded, GroupRecordCodec::read);
    } catch (MlsException e) {
      throw new StateException.Damaged("group", e);
    }
  }

  private static GroupRecord read(TlsReader in) throws MlsException {
    if (in.uint8() != VERSION) {
      throw new StateException.UnknownFormat("group");
    }
    GroupId id = GroupId.decode(in);
    Standing standing = Stored.read(in, Standing.class);
    Optional<byte[]> group = in.optional(TlsReader::opaque);
    StreamCursor cursor = StreamCursor.decode(in);
    return new GroupRecord(
        id,
        standing,
        group.isPresent() ? Optional.of(Group.decode(group.get())) : Optional.empty(),
        cursor,
        in.uint64(),
        in.optional(PendingChange::decode),
        in.list(Outgoing::decode),
        in.list(reader -> readMessage(reader, id)),
        in.present(),
        Stored.read(in, GroupInfoUse.class),
        in.optional(reader -> ByteString.copyFrom(reader.opaque())),
        in.uint64(),
        new String(in.opaque(), StandardCharsets.UTF_8));
  }

  private static void writeMessage(TlsWriter out, MessageReceived message) {
    out.opaque(message.sender().user().value().getBytes(StandardCharsets.US_ASCII));
    out.opaque(message.sender().client().bytes());
    out.opaque(message.data()).uint64(message.sequence()).uint64(message.epoch());
    out.uint64(message.time().toEpochMilli());
  }

  private static MessageReceived readMessage(TlsReader in, GroupId group) throws MlsException {
    UserName user = new UserName(new String(in.opaque(), StandardCharsets.US_ASCII));
    MemberIdentity sender = new MemberIdentity(user, ClientId.of(in.opaque()));
    byte[] data = in.opaque();
    long sequence = in.uint64();
    long epoch = in.uint64();
    return new MessageReceived(
        group, sender, data, sequence, epoch, Instant.ofEpochMilli(in.uint64()));
  }

  private static void optional(TlsWriter out, Optional<byte[]> bytes) {
    out.uint8(bytes.isPresent() ? 1 : 0);
    bytes.ifPresent(out::opaque);
  }
}
