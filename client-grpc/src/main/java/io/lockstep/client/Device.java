package io.lockstep.client;

import io.lockstep.client.state.StateVault;
import io.lockstep.mls.SignatureKeyPair;
import io.lockstep.mls.crypto.CipherSuite;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;

/** The {@link DeviceRecord} in memory and on disk. Thread-safe. */
final class Device {
  /** The one suite of this client. */
  static final CipherSuite SUITE = CipherSuite.MLS_128_DHKEMX25519_AES128GCM_SHA256_ED25519;

  private static final String NAME = "device";

  private final StateVault vault;
  private final ReentrantLock lock = new ReentrantLock();
  private DeviceRecord record;

  private Device(StateVault vault, DeviceRecord record) {
    this.vault = vault;
    this.record = record;
  }

  static Device open(StateVault vault, SecureRandom random) {
    Optional<byte[]> stored = vault.read(NAME);
    if (stored.isPresent()) {
      return new Device(vault, DeviceRecord.decode(stored.get()));
    }
    Device device = new Device(vault, DeviceRecord.fresh(SignatureKeyPair.generate(SUITE, random)));
    device.edit(UnaryOperator.identity());
    return device;
  }

  DeviceRecord record() {
    lock.lock();
    try {
      return record;
    } finally {
      lock.unlock();
    }
  }

  /** Replaces the record; on return it is on disk. */
  DeviceRecord edit(UnaryOperator<DeviceRecord> edit) {
    lock.lock();
    try {
      DeviceRecord next = edit.apply(record);
      vault.write(NAME, next.encode());
      record = next;
      return next;
    } finally {
      lock.unlock();
    }
  }
}
