package io.lockstep.sequencer.law;

import com.google.protobuf.ByteString;

/**
 * What the maker of a command knows about it, so that the reference model need not read the bytes.
 */
record Facts(
    String stream,
    ByteString id,
    What what,
    ByteString messageGroup,
    long epoch,
    ByteString pass,
    ByteString nextPass,
    boolean externalJoin,
    int pastEpochs,
    Extra welcome,
    Extra info) {
  enum What {
    CREATE,
    APPLICATION,
    PROPOSAL,
    COMMIT,
    EXTERNAL_COMMIT,
    ITEM,
    BROKEN
  }

  enum Extra {
    NONE,
    RIGHT,
    WRONG,
    GARBAGE
  }
}
