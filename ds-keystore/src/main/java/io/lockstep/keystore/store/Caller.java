package io.lockstep.keystore.store;

import com.google.protobuf.ByteString;

/** The client that calls, as the gateway has found it in the client's token. 16 bytes each. */
public record Caller(ByteString clientId, ByteString inboxId) {}
