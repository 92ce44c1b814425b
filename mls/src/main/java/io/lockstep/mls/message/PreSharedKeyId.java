package io.lockstep.mls.message;

import io.lockstep.mls.GroupId;
import io.lockstep.mls.MlsException;
import io.lockstep.mls.codec.Encodable;
import io.lockstep.mls.codec.TlsReader;
import io.lockstep.mls.codec.TlsWriter;
import io.lockstep.mls.crypto.CipherSuite;
import java.security.SecureRandom;
import java.util.Arrays;

/** Names a pre-shared key and one use of it (RFC 9420 section 8.4). */
public sealed interface PreSharedKeyId extends Encodable {
  /** Fresh random bytes for each use, KDF.Nh of them. A copy. */
  byte[] nonce();

  /** One use of the application's PSK {@code id} in a group of that suite. */
  static External external(byte[] id, CipherSuite suite, SecureRandom random) {
    return new External(id, nonce(suite, random));
  }

  /**
   * One use, as the application likes, of the resumption PSK of a group's epoch (unsigned) in a
   * group of that suite.
   */
  static Resumption resumption(GroupId group, long epoch, CipherSuite suite, SecureRandom random) {
    return resumption(Usage.APPLICATION, group, epoch, suite, random);
  }

  /** Usages other than application belong to the first Commit of a new group (section 11). */
  static Resumption resumption(
      Usage usage, GroupId group, long epoch, CipherSuite suite, SecureRandom random) {
    return new Resumption(usage, group, epoch, nonce(suite, random));
  }

  private static byte[] nonce(CipherSuite suite, SecureRandom random) {
    byte[] nonce = new byte[suite.hashLength()];
    random.nextBytes(nonce);
    return nonce;
  }

  /** A key that the application brings. */
  final class External implements PreSharedKeyId {
    private final byte[] id;
    private final byte[] nonce;

    public External(byte[] id, byte[] nonce) {
      this.id = id.clone();
      this.nonce = nonce.clone();
    }

    /** A copy. */
    public byte[] id() {
      return id.clone();
    }

    @Override
    public byte[] nonce() {
      return nonce.clone();
    }

    @Override
    public void encodeTo(TlsWriter out) {
      out.uint8(1).opaque(id).opaque(nonce);
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof External that && Arrays.equals(encode(), that.encode());
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(encode());
    }
  }

  /** The resumption_psk of a group's epoch. {@code epoch} is unsigned. */
  final class Resumption implements PreSharedKeyId {
    private final Usage usage;
    private final GroupId group;
    private final long epoch;
    private final byte[] nonce;

    public Resumption(Usage usage, GroupId group, long epoch, byte[] nonce) {
      this.usage = usage;
      this.group = group;
      this.epoch = epoch;
      this.nonce = nonce.clone();
    }

    public Usage usage() {
      return usage;
    }

    public GroupId group() {
      return group;
    }

    public long epoch() {
      return epoch;
    }

    @Override
    public byte[] nonce() {
      return nonce.clone();
    }

    @Override
    public void encodeTo(TlsWriter out) {
      out.uint8(2).uint8(usage.id).put(group).uint64(epoch).opaque(nonce);
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Resumption that && Arrays.equals(encode(), that.encode());
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(encode());
    }
  }

  /** ResumptionPSKUsage. */
  enum Usage {
    APPLICATION(1),
    REINIT(2),
    BRANCH(3);

    private final int id;

    Usage(int id) {
      this.id = id;
    }

    static Usage of(int id) throws MlsException.Malformed {
      return switch (id) {
        case 1 -> APPLICATION;
        case 2 -> REINIT;
        case 3 -> BRANCH;
        default -> throw new MlsException.Malformed("resumption PSK usage " + id);
      };
    }
  }

  static PreSharedKeyId decode(TlsReader in) throws MlsException {
    int type = in.uint8();
    return switch (type) {
      case 1 -> new External(in.opaque(), in.opaque());
      case 2 -> new Resumption(Usage.of(in.uint8()), GroupId.decode(in), in.uint64(), in.opaque());
      default -> throw new MlsException.Malformed("PSK type " + type);
    };
  }
}
