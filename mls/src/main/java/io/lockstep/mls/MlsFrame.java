package io.lockstep.mls;

import io.lockstep.mls.codec.TlsReader;

/**
 * The head of an MLSMessage (RFC 9420 section 6), read without decoding, or checking, what follows
 * it. This is what a Delivery Service needs to route and order a message. Only a PrivateMessage is
 * followed to its end, where nothing may be left: its parts are opaque, so that costs nothing.
 */
public sealed interface MlsFrame {
  /** The one protocol version there is: mls10. */
  int VERSION = 1;

  /** What kind of message it is. */
  WireFormat wireFormat();

  /**
   * Reads the head of one message. {@link MlsException.Malformed} if the bytes end too early or a
   * field has a value that it cannot have, {@link MlsException.Unsupported} for another protocol
   * version or wire format.
   */
  static MlsFrame read(byte[] message) throws MlsException {
    TlsReader in = new TlsReader(message);
    return switch (wireFormat(in)) {
      case PUBLIC_MESSAGE -> PublicMessage.read(in);
      case PRIVATE_MESSAGE -> PrivateMessage.read(in);
      case WELCOME -> new Welcome(in.uint16());
      case GROUP_INFO -> GroupInfo.read(in);
      case KEY_PACKAGE -> KeyPackage.read(in);
    };
  }

  /** Reads version and wire format of an MLSMessage; the body is next. */
  static WireFormat wireFormat(TlsReader in) throws MlsException {
    checkVersion(in);
    return WireFormat.of(in.uint16());
  }

  private static void checkVersion(TlsReader in) throws MlsException {
    int version = in.uint16();
    if (version != VERSION) {
      throw new MlsException.Unsupported("protocol version " + version);
    }
  }

  /** A message within a group. */
  sealed interface GroupMessage extends MlsFrame {
    GroupId groupId();

    /** The epoch in which it was sent, an unsigned 64-bit number. */
    long epoch();

    ContentType contentType();

    /** What the application put beside the content, readable by anyone. A copy. */
    byte[] authenticatedData();
  }

  /** Signed, not encrypted (RFC 9420 section 6.2). */
  final class PublicMessage implements GroupMessage {
    private final GroupId groupId;
    private final long epoch;
    private final SenderType senderType;
    private final byte[] authenticatedData;
    private final ContentType contentType;

    private PublicMessage(
        GroupId groupId,
        long epoch,
        SenderType senderType,
        byte[] authenticatedData,
        ContentType contentType) {
      this.groupId = groupId;
      this.epoch = epoch;
      this.senderType = senderType;
      this.authenticatedData = authenticatedData;
      this.contentType = contentType;
    }

    private static PublicMessage read(TlsReader in) throws MlsException {
      GroupId groupId = GroupId.decode(in);
      long epoch = in.uint64();
      SenderType senderType = SenderType.of(in.uint8());
      switch (senderType) {
        case MEMBER, EXTERNAL -> in.uint32();
        case NEW_MEMBER_PROPOSAL, NEW_MEMBER_COMMIT -> {}
      }
      byte[] authenticatedData = in.opaque();
      return new PublicMessage(
          groupId, epoch, senderType, authenticatedData, ContentType.of(in.uint8()));
    }

    @Override
    public WireFormat wireFormat() {
      return WireFormat.PUBLIC_MESSAGE;
    }

    @Override
    public GroupId groupId() {
      return groupId;
    }

    @Override
    public long epoch() {
      return epoch;
    }

    public SenderType senderType() {
      return senderType;
    }

    @Override
    public ContentType contentType() {
      return contentType;
    }

    @Override
    public byte[] authenticatedData() {
      return authenticatedData.clone();
    }
  }

  /** Signed and encrypted (RFC 9420 section 6.3): the sender is hidden. */
  final class PrivateMessage implements GroupMessage {
    private final GroupId groupId;
    private final long epoch;
    private final ContentType contentType;
    private final byte[] authenticatedData;

    private PrivateMessage(
        GroupId groupId, long epoch, ContentType contentType, byte[] authenticatedData) {
      this.groupId = groupId;
      this.epoch = epoch;
      this.contentType = contentType;
      this.authenticatedData = authenticatedData;
    }

    private static PrivateMessage read(TlsReader in) throws MlsException {
      PrivateMessage head =
          new PrivateMessage(
              GroupId.decode(in), in.uint64(), ContentType.of(in.uint8()), in.opaque());
      in.skipOpaque(); // encrypted_sender_data
      in.skipOpaque(); // ciphertext
      in.expectEnd();
      return head;
    }

    @Override
    public WireFormat wireFormat() {
      return WireFormat.PRIVATE_MESSAGE;
    }

    @Override
    public GroupId groupId() {
      return groupId;
    }

    @Override
    public long epoch() {
      return epoch;
    }

    @Override
    public ContentType contentType() {
      return contentType;
    }

    @Override
    public byte[] authenticatedData() {
      return authenticatedData.clone();
    }
  }

  /** A Welcome; its receivers are listed by {@link WelcomeSplit#refs}. */
  record Welcome(int cipherSuite) implements MlsFrame {
    @Override
    public WireFormat wireFormat() {
      return WireFormat.WELCOME;
    }
  }

  /** A GroupInfo of the epoch {@code epoch} (unsigned). Its signature is not checked here. */
  record GroupInfo(GroupId groupId, long epoch) implements MlsFrame {
    private static GroupInfo read(TlsReader in) throws MlsException {
      checkVersion(in);
      in.uint16();
      return new GroupInfo(GroupId.decode(in), in.uint64());
    }

    @Override
    public WireFormat wireFormat() {
      return WireFormat.GROUP_INFO;
    }
  }

  /** A KeyPackage. Its signatures are not checked here. */
  record KeyPackage(int cipherSuite) implements MlsFrame {
    private static KeyPackage read(TlsReader in) throws MlsException {
      checkVersion(in);
      return new KeyPackage(in.uint16());
    }

    @Override
    public WireFormat wireFormat() {
      return WireFormat.KEY_PACKAGE;
    }
  }
}
