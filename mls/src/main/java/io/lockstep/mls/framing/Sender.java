package io.lockstep.mls.framing;

import io.lockstep.mls.MlsException;
import io.lockstep.mls.SenderType;
import io.lockstep.mls.codec.Encodable;
import io.lockstep.mls.codec.TlsReader;
import io.lockstep.mls.codec.TlsWriter;
import io.lockstep.mls.tree.LeafIndex;

/** Who sent a message (RFC 9420 section 6). */
public sealed interface Sender extends Encodable {
  SenderType type();

  /** The member at a leaf. */
  record Member(LeafIndex leaf) implements Sender {
    @Override
    public SenderType type() {
      return SenderType.MEMBER;
    }
  }

  /** An entry of the external_senders extension. */
  record External(long senderIndex) implements Sender {
    @Override
    public SenderType type() {
      return SenderType.EXTERNAL;
    }
  }

  /** Someone who proposes to be added. */
  record NewMemberProposal() implements Sender {
    @Override
    public SenderType type() {
      return SenderType.NEW_MEMBER_PROPOSAL;
    }
  }

  /** Someone who adds itself by an external Commit. */
  record NewMemberCommit() implements Sender {
    @Override
    public SenderType type() {
      return SenderType.NEW_MEMBER_COMMIT;
    }
  }

  static Sender decode(TlsReader in) throws MlsException {
    return switch (SenderType.of(in.uint8())) {
      case MEMBER -> new Member(LeafIndex.decode(in));
      case EXTERNAL -> new External(in.uint32());
      case NEW_MEMBER_PROPOSAL -> new NewMemberProposal();
      case NEW_MEMBER_COMMIT -> new NewMemberCommit();
    };
  }

  @Override
  default void encodeTo(TlsWriter out) {
    out.uint8(type().id());
    switch (this) {
      case Member(LeafIndex leaf) -> leaf.encodeTo(out);
      case External(long senderIndex) -> out.uint32(senderIndex);
      case NewMemberProposal() -> {}
      case NewMemberCommit() -> {}
    }
  }
}
