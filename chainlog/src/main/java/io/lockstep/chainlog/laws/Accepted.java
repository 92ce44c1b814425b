package io.lockstep.chainlog.laws;

import com.google.protobuf.ByteString;

/**
 * One accepted link as a law checker sees it. Version switches have the version as text for body.
 */
public record Accepted(long source, ByteString body) {}
