package io.lockstep.mls;

import io.lockstep.mls.message.PreSharedKeyId;
import java.util.ArrayList;
import java.util.List;

/**
 * What an external Commit has beside the joiner's leaf (RFC 9420 section 12.4.3.2). Immutable: each
 * method returns a changed copy.
 */
public final class ExternalJoinOptions {
  private static final ExternalJoinOptions NONE =
      new ExternalJoinOptions(new byte[0], List.of(), List.of());

  private final byte[] authenticatedData;
  private final List<PreSharedKeyId> psks;
  private final List<byte[]> selfRemoves;

  private ExternalJoinOptions(
      byte[] authenticatedData, List<PreSharedKeyId> psks, List<byte[]> selfRemoves) {
    this.authenticatedData = authenticatedData;
    this.psks = psks;
    this.selfRemoves = selfRemoves;
  }

  public static ExternalJoinOptions none() {
    return NONE;
  }

  /** Bytes beside the Commit that everyone can read and that are covered by the signature. */
  public ExternalJoinOptions withAuthenticatedData(byte[] data) {
    return new ExternalJoinOptions(data.clone(), psks, selfRemoves);
  }

  /** One more PSK that enters the key schedule; {@link ReceiveContext#withPsks} must have it. */
  public ExternalJoinOptions psk(PreSharedKeyId id) {
    List<PreSharedKeyId> more = new ArrayList<>(psks);
    more.add(id);
    return new ExternalJoinOptions(authenticatedData, List.copyOf(more), selfRemoves);
  }

  /**
   * One more message with a member's SelfRemove of the epoch, as the Delivery Service has it. The
   * joiner must commit all that are pending (draft-ietf-mls-extensions).
   */
  public ExternalJoinOptions selfRemove(byte[] message) {
    List<byte[]> more = new ArrayList<>(selfRemoves);
    more.add(message.clone());
    return new ExternalJoinOptions(authenticatedData, psks, List.copyOf(more));
  }

  byte[] authenticatedData() {
    return authenticatedData;
  }

  List<PreSharedKeyId> psks() {
    return psks;
  }

  List<byte[]> selfRemoves() {
    return selfRemoves;
  }
}
