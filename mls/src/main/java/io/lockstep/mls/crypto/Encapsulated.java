package io.lockstep.mls.crypto;

/**
 * A secret shared with the owner of a public key by HPKE, and the KEM output that lets the owner
 * compute it.
 */
public final class Encapsulated implements AutoCloseable {
  private final byte[] kemOutput;
  private final Secret secret;

  Encapsulated(byte[] kemOutput, Secret secret) {
    this.kemOutput = kemOutput.clone();
    this.secret = secret;
  }

  public byte[] kemOutput() {
    return kemOutput.clone();
  }

  public Secret secret() {
    return secret;
  }

  @Override
  public void close() {
    secret.close();
  }
}
