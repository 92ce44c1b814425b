package io.lockstep.mls.crypto;

/** A key pair of the suite's KEM. */
public record HpkeKeyPair(Secret privateKey, HpkePublicKey publicKey) {}
