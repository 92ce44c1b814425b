package io.lockstep.sequencer.law;

import com.google.protobuf.ByteString;
import io.lockstep.chainlog.Codec;
import io.lockstep.chainlog.CodecException;
import io.lockstep.chainlog.StateCodec;
import io.lockstep.log.v1.SeenSegment;
import io.lockstep.log.v1.SeenWindow;
import io.lockstep.log.v1.StreamState;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * A stream's state as parts: the head is a {@link StreamState}, each sealed segment of the
 * duplicate windows a {@link SeenSegment}.
 */
final class StreamParts implements StateCodec<FoldedStream> {
  private static final int ACCEPTED_FROM = 1;
  private static final int REFUSED_FROM =
      ACCEPTED_FROM + StreamLimits.SEEN_ACCEPTED_MAX / Segment.SLOTS;

  private static final Codec<StreamState> HEADS = Codec.proto(StreamState.parser());
  private static final Codec<SeenSegment> SEGMENTS = Codec.proto(SeenSegment.parser());

  @Override
  public byte[] encode(FoldedStream state) {
    StreamState.Builder head =
        StreamState.newBuilder()
            .setSequence(state.sequence())
            .setChain(state.chain())
            .setNewestMs(state.newestMillis())
            .setRefusals(state.refused().newest())
            .setAccepted(window(state.accepted(), SeenColumns.ACCEPTED))
            .setRefused(window(state.refused(), SeenColumns.REFUSED));
    if (state.group().getEpochsCount() > 0) {
      head.setGroup(state.group());
    }
    return HEADS.encode(head.build());
  }

  private static SeenWindow window(Window window, SeenColumns columns) {
    SeenWindow.Builder message = SeenWindow.newBuilder().setFirst(window.first());
    if (window.open().size() > 0) {
      message.setOpen(columns.message(window.open()));
    }
    return message.build();
  }

  @Override
  public FoldedStream decode(byte[] bytes) throws CodecException {
    StreamState head = HEADS.decode(bytes);
    return new FoldedStream(
        head.getSequence(),
        head.getChain(),
        head.getGroup(),
        head.getNewestMs(),
        window(
            head.getAccepted(),
            head.getSequence(),
            StreamLimits.SEEN_ACCEPTED_MAX,
            SeenColumns.ACCEPTED),
        window(
            head.getRefused(),
            head.getRefusals(),
            StreamLimits.SEEN_REFUSED_MAX,
            SeenColumns.REFUSED));
  }

  private static Window window(SeenWindow message, long newest, int size, SeenColumns columns)
      throws CodecException {
    Segment open =
        message.hasOpen()
            ? columns.segment(message.getOpen())
            : Segment.empty(newest / Segment.SLOTS);
    if (newest < 0 || message.getFirst() < 0 || open.index() != newest / Segment.SLOTS) {
      throw new CodecException("a window does not fit its count");
    }
    return Window.restored(size, newest, message.getFirst(), open);
  }

  @Override
  public boolean hasHoles(FoldedStream state) {
    return state.accepted().hasHoles() || state.refused().hasHoles();
  }

  @Override
  public FoldedStream fill(FoldedStream state, Map<Integer, ByteString> sealed)
      throws CodecException {
    return new FoldedStream(
        state.sequence(),
        state.chain(),
        state.group(),
        state.newestMillis(),
        fill(state.accepted(), ACCEPTED_FROM, SeenColumns.ACCEPTED, sealed),
        fill(state.refused(), REFUSED_FROM, SeenColumns.REFUSED, sealed));
  }

  private static Window fill(
      Window window, int firstPart, SeenColumns columns, Map<Integer, ByteString> sealed)
      throws CodecException {
    Window filled = window;
    for (int place = 0; place < window.places(); place++) {
      ByteString bytes = sealed.get(firstPart + place);
      if (bytes != null) {
        filled = filled.with(columns.segment(SEGMENTS.decode(bytes.toByteArray())));
      }
    }
    return filled;
  }

  @Override
  public void difference(Optional<FoldedStream> before, FoldedStream after, Changes changes) {
    FoldedStream from = before.orElse(FoldedStream.BEFORE_FIRST);
    difference(from.accepted(), after.accepted(), ACCEPTED_FROM, SeenColumns.ACCEPTED, changes);
    difference(from.refused(), after.refused(), REFUSED_FROM, SeenColumns.REFUSED, changes);
  }

  private static void difference(
      Window before, Window after, int firstPart, SeenColumns columns, Changes changes) {
    for (int place = 0; place < after.places(); place++) {
      Segment now = after.at(place);
      if (!Objects.equals(before.at(place), now)) {
        if (now == null) {
          changes.delete(firstPart + place);
        } else {
          changes.put(firstPart + place, SEGMENTS.encode(columns.message(now)));
        }
      }
    }
  }

  @Override
  public int sealedBytes(FoldedStream state) {
    return state.accepted().bytes() + state.refused().bytes();
  }
}
