package io.lockstep.gateway.log;

import com.google.protobuf.ByteString;
import io.lockstep.api.v1.ConnectResponse;
import io.lockstep.api.v1.DeliveryFrame;
import io.lockstep.api.v1.Kind;
import io.lockstep.api.v1.StreamRef;
import io.lockstep.gateway.streams.FeedItem;
import io.lockstep.gateway.streams.Opening;
import io.lockstep.gateway.streams.PassHash;
import io.lockstep.log.v1.Sequenced;
import io.lockstep.log.v1.StreamEntry;
import java.util.Optional;

/**
 * The gRPC frame of a ConnectResponse with one delivery: made once for an entry, and the same bytes
 * for every subscriber. Must not be changed.
 */
@SuppressWarnings("ArrayRecordComponent") // Identity is enough, and it is never compared.
public record Delivery(byte[] frame) {
  /** Memory of an item beside its bytes, about. */
  private static final int OVERHEAD_BYTES = 160;

  /** Empty for an entry that has no place in the stream: a duplicate or a rejection. */
  public static Optional<FeedItem<Delivery>> of(StreamEntry entry) {
    if (!entry.hasSequenced()) {
      return Optional.empty();
    }
    Sequenced sequenced = entry.getSequenced();
    DeliveryFrame.Builder frame =
        DeliveryFrame.newBuilder()
            .setStream(ref(entry))
            .setSequence(sequenced.getSequence())
            .setEpoch(sequenced.getEpoch())
            .setChain(sequenced.getChain())
            .setTimeMs(entry.getTimeMs());
    Optional<Opening> opens = body(sequenced, frame);
    byte[] bytes = GrpcFrame.of(ConnectResponse.newBuilder().setDelivery(frame).build());
    return Optional.of(
        new FeedItem<>(
            sequenced.getSequence(), opens, bytes.length + OVERHEAD_BYTES, new Delivery(bytes)));
  }

  private static StreamRef ref(StreamEntry entry) {
    return entry.getInbox()
        ? StreamRef.newBuilder().setInboxId(entry.getStreamId()).build()
        : StreamRef.newBuilder().setGroupId(entry.getStreamId()).build();
  }

  private static Optional<Opening> body(Sequenced sequenced, DeliveryFrame.Builder frame) {
    return switch (sequenced.getBodyCase()) {
      case CREATED -> {
        frame.setKind(Kind.CREATED);
        yield opening(sequenced, 0, sequenced.getCreated().getPassHash());
      }
      case PROPOSAL -> {
        frame.setKind(Kind.PROPOSAL).setPayload(sequenced.getProposal());
        yield Optional.empty();
      }
      case APPLICATION -> {
        frame.setKind(Kind.APPLICATION).setPayload(sequenced.getApplication());
        yield Optional.empty();
      }
      case COMMIT -> {
        frame.setKind(Kind.COMMIT).setPayload(sequenced.getCommit().getCommit());
        yield opening(sequenced, sequenced.getEpoch() + 1, sequenced.getCommit().getNextPassHash());
      }
      case ITEM -> {
        frame.setKind(Kind.WELCOME).setPayload(sequenced.getItem().getWelcome());
        yield Optional.empty();
      }
      case BODY_NOT_SET -> Optional.empty();
    };
  }

  private static Optional<Opening> opening(Sequenced sequenced, long epoch, ByteString hash) {
    return Optional.of(
        new Opening(epoch, new PassHash(hash.toByteArray()), sequenced.getSequence()));
  }
}
