package io.lockstep.client.fake;

import com.google.protobuf.ByteString;
import io.lockstep.api.v1.ConnectResponse;
import io.lockstep.api.v1.SubmitRequest;
import java.util.List;

/** What a service, or somebody in its place, may do to a client. */
public interface Interference {
  /** What goes to a client instead of a frame: nothing, others, or more. */
  default List<ConnectResponse> frames(ByteString client, ConnectResponse frame) {
    return List.of(frame);
  }

  /** What happens to a submission. */
  default Fate fate(SubmitRequest request) {
    return Fate.ANSWERED;
  }

  /** The fate of a submission. */
  enum Fate {
    ANSWERED,
    /** Never arrives; the client sees UNAVAILABLE. */
    LOST,
    /** Does not arrive; the gateway has not heard of the epoch yet. */
    WRONG_PASS,
    /** Takes effect; the client sees UNAVAILABLE. */
    ANSWER_LOST
  }
}
