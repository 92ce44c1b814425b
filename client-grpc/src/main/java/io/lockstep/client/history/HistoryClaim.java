package io.lockstep.client.history;

import io.lockstep.api.StreamChain;
import io.lockstep.mls.MlsException;
import io.lockstep.mls.codec.TlsReader;
import io.lockstep.mls.codec.TlsWriter;
import java.util.Optional;

/**
 * What a member had verified of the group's stream when it made a message: the {@code
 * authenticated_data} of every MLS message that this client sends. The sender signs it, so a
 * service that shows members different histories is found out by the next message that crosses.
 *
 * <pre>version 1 (1 byte) || sequence (8 bytes big-endian) || chain head (32 bytes)</pre>
 */
public record HistoryClaim(long sequence, ChainHead head) {
  private static final int VERSION = 1;
  private static final int LENGTH = 1 + Long.BYTES + StreamChain.LENGTH;

  public byte[] encode() {
    return new TlsWriter(LENGTH).uint8(VERSION).uint64(sequence).raw(head.bytes()).toByteArray();
  }

  /** Empty if it is no claim: a client of another make may put what it likes there. */
  public static Optional<HistoryClaim> decode(byte[] authenticatedData) {
    if (authenticatedData.length != LENGTH || authenticatedData[0] != VERSION) {
      return Optional.empty();
    }
    TlsReader in = new TlsReader(authenticatedData);
    try {
      in.uint8();
      return Optional.of(new HistoryClaim(in.uint64(), new ChainHead(in.raw(StreamChain.LENGTH))));
    } catch (MlsException.Malformed e) {
      throw new IllegalStateException("the length was checked", e);
    }
  }
}
