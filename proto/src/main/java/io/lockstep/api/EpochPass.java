package io.lockstep.api;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * The epoch pass: what a group's members can compute in an epoch and nobody else can. The service
 * is shown the pass and keeps only its SHA-256.
 */
public final class EpochPass {
  /** Label for MLS-Exporter (RFC 9420, 8.5); the context is the group id. */
  public static final String EXPORTER_LABEL = "lockstep epoch pass";

  /** Length of a pass and of its hash, in bytes. */
  public static final int LENGTH = 32;

  private EpochPass() {}

  /** SHA-256 of a pass: what goes to the service ahead of the epoch, and what it keeps. */
  public static byte[] hash(byte[] pass) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(pass);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /** Whether a pass hashes to the expected hash, compared in constant time. */
  public static boolean matches(byte[] pass, byte[] expectedHash) {
    return MessageDigest.isEqual(hash(pass), expectedHash);
  }
}
