package io.lockstep.mls.crypto;

/** A key pair of the suite's KEM. {@link #close} overwrites the private key. */
public record HpkeKeyPair(Secret privateKey, HpkePublicKey publicKey) implements AutoCloseable {
  /** One that lives on when this one is closed. */
  public HpkeKeyPair copy() {
    return new HpkeKeyPair(privateKey.copy(), publicKey);
  }

  @Override
  public void close() {
    privateKey.close();
  }
}
