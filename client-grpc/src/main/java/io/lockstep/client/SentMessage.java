package io.lockstep.client;

/** Where a message stands in its group's stream, and in which epoch it was sent. */
public record SentMessage(long sequence, long epoch) {}
