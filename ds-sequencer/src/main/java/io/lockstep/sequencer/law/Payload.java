package io.lockstep.sequencer.law;

import com.google.protobuf.ByteString;
import io.lockstep.log.v1.SequencedOrBuilder;

/** The bytes of an entry that clients are given, and that the stream's chain is over. */
public final class Payload {
  private Payload() {}

  public static ByteString of(SequencedOrBuilder entry) {
    return switch (entry.getBodyCase()) {
      case PROPOSAL -> entry.getProposal();
      case APPLICATION -> entry.getApplication();
      case COMMIT -> entry.getCommit().getCommit();
      case ITEM -> entry.getItem().getWelcome();
      case CREATED, BODY_NOT_SET -> ByteString.EMPTY;
    };
  }
}
