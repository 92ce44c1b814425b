package io.lockstep.gateway.log;

import io.lockstep.api.StreamKey;
import io.lockstep.chainlog.Codec;
import io.lockstep.chainlog.LogFormat;
import io.lockstep.chainlog.LogName;
import io.lockstep.log.v1.StreamCommand;
import io.lockstep.log.v1.StreamEntry;

/** The log of group and inbox streams, as one who has not its fold knows it. */
public final class StreamFormat {
  public static final LogName LOG = new LogName("lockstep");

  public static final LogFormat<StreamCommand, StreamEntry> FORMAT =
      new LogFormat<>(
          Codec.proto(StreamCommand.parser()),
          Codec.proto(StreamEntry.parser()),
          StreamKey::of,
          StreamKey::of);

  private StreamFormat() {}
}
