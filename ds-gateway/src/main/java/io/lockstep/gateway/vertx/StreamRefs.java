package io.lockstep.gateway.vertx;

import com.google.protobuf.ByteString;
import io.lockstep.api.StreamKey;
import io.lockstep.api.v1.StreamRef;

/** Text keys of streams as the API names them. */
final class StreamRefs {
  private StreamRefs() {}

  static StreamRef of(String key) {
    ByteString id =
        StreamKey.streamId(key)
            .orElseThrow(() -> new IllegalArgumentException("not a key of a stream"));
    return StreamKey.isInbox(key)
        ? StreamRef.newBuilder().setInboxId(id).build()
        : StreamRef.newBuilder().setGroupId(id).build();
  }
}
