package io.lockstep.client.fake;

import com.google.protobuf.ByteString;
import io.lockstep.api.EpochPass;
import io.lockstep.api.StreamChain;
import io.lockstep.api.v1.DeliveryFrame;
import io.lockstep.api.v1.Kind;
import io.lockstep.api.v1.StreamRef;
import io.lockstep.api.v1.SubmitResponse;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One stream in memory: its entries, and for a group what the epoch rule needs. */
final class FakeStream {
  /** A pass that the service knows by its hash. */
  record Opened(long epoch, long bySequence, ByteString passHash) {}

  final StreamRef ref;
  final byte[] id;
  final List<DeliveryFrame> entries = new ArrayList<>();
  final Map<ByteString, SubmitResponse> seen = new HashMap<>();
  final List<Opened> epochs = new ArrayList<>();
  boolean externalJoin;
  ByteString groupInfo = ByteString.EMPTY;
  private byte[] head = StreamChain.zero();

  FakeStream(StreamRef ref) {
    this.ref = ref;
    this.id = (ref.hasGroupId() ? ref.getGroupId() : ref.getInboxId()).toByteArray();
  }

  long append(long epoch, Kind kind, ByteString payload) {
    long sequence = entries.size() + 1L;
    head = StreamChain.next(head, id, sequence, epoch, payload.toByteArray());
    entries.add(
        DeliveryFrame.newBuilder()
            .setStream(ref)
            .setSequence(sequence)
            .setEpoch(epoch)
            .setKind(kind)
            .setPayload(payload)
            .setChain(ByteString.copyFrom(head))
            .setTimeMs(System.currentTimeMillis())
            .build());
    return sequence;
  }

  long epoch() {
    return epochs.getLast().epoch();
  }

  void open(long epoch, long bySequence, ByteString passHash) {
    epochs.add(new Opened(epoch, bySequence, passHash));
  }

  Optional<Opened> epoch(long epoch) {
    return epochs.stream().filter(o -> o.epoch() == epoch).findFirst();
  }

  /** The epoch that a shown pass is good for. */
  Optional<Long> shown(ByteString pass, long passSequence) {
    return epochs.stream()
        .filter(o -> o.bySequence() == passSequence)
        .filter(o -> EpochPass.matches(pass.toByteArray(), o.passHash().toByteArray()))
        .map(Opened::epoch)
        .findFirst();
  }
}
