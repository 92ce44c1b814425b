package io.lockstep.chainlog.owner;

import com.google.protobuf.ByteString;
import java.util.Map;

/** A record to be written to the log topic. */
public record Output(String key, Map<String, String> headers, ByteString value) {}
