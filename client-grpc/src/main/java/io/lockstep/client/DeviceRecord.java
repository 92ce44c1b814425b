package io.lockstep.client;

import io.lockstep.client.history.StreamCursor;
import io.lockstep.client.identity.MemberIdentity;
import io.lockstep.client.state.StateException;
import io.lockstep.mls.Credential;
import io.lockstep.mls.KeyPackageBundle;
import io.lockstep.mls.KeyPackageRef;
import io.lockstep.mls.MlsException;
import io.lockstep.mls.SignatureKeyPair;
import io.lockstep.mls.X509Credential;
import io.lockstep.mls.codec.TlsReader;
import io.lockstep.mls.codec.TlsWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What this device is, apart from its groups. An immutable value, stored as a whole.
 *
 * @param keys the signature key, made before the enrolment so that a repetition uses the same
 * @param keyPackages private parts of packages that are, or were, with the key store
 * @param keyPackageTarget how many one-time packages to keep there; 0 before the first publication
 */
record DeviceRecord(
    SignatureKeyPair keys,
    Optional<Enrolment> enrolment,
    List<KeyPackageBundle> keyPackages,
    int keyPackageTarget) {
  private static final int VERSION = 1;

  /** What the Authentication Service made of this device, and how far its inbox is read. */
  record Enrolment(MemberIdentity identity, X509Credential credential, StreamCursor inbox) {}

  static DeviceRecord fresh(SignatureKeyPair keys) {
    return new DeviceRecord(keys, Optional.empty(), List.of(), 0);
  }

  Enrolment enrolled() {
    return enrolment.orElseThrow(LockstepException.NotEnrolled::new);
  }

  Credential credential() {
    return enrolled().credential();
  }

  Optional<KeyPackageBundle> keyPackage(KeyPackageRef ref) {
    return keyPackages.stream().filter(b -> b.keyPackage().ref().equals(ref)).findFirst();
  }

  DeviceRecord withEnrolment(Enrolment value) {
    return new DeviceRecord(keys, Optional.of(value), keyPackages, keyPackageTarget);
  }

  DeviceRecord withInbox(StreamCursor inbox) {
    Enrolment now = enrolled();
    return withEnrolment(new Enrolment(now.identity(), now.credential(), inbox));
  }

  DeviceRecord withKeyPackages(List<KeyPackageBundle> value, int target) {
    return new DeviceRecord(keys, enrolment, List.copyOf(value), target);
  }

  /** A package that was used: its private keys go, unless it is for use again and again. */
  DeviceRecord used(KeyPackageRef ref) {
    List<KeyPackageBundle> kept = new ArrayList<>(keyPackages);
    kept.removeIf(b -> !b.keyPackage().isLastResort() && b.keyPackage().ref().equals(ref));
    return withKeyPackages(kept, keyPackageTarget);
  }

  byte[] encode() {
    TlsWriter out = new TlsWriter().uint8(VERSION).opaque(keys.encode());
    out.uint8(enrolment.isPresent() ? 1 : 0);
    enrolment.ifPresent(
        e -> {
          out.opaque(e.identity().user().value().getBytes(StandardCharsets.US_ASCII));
          out.opaque(e.identity().client().bytes()).put(e.credential());
          e.inbox().encodeTo(out);
        });
    out.vector(keyPackages, (writer, bundle) -> writer.opaque(bundle.encode()));
    return out.uint32(keyPackageTarget).toByteArray();
  }

  static DeviceRecord decode(byte[] encoded) {
    try {
      return TlsReader.decodeAll(encoded, DeviceRecord::read);
    } catch (MlsException e) {
      throw new StateException.Damaged("device", e);
    }
  }

  private static DeviceRecord read(TlsReader in) throws MlsException {
    if (in.uint8() != VERSION) {
      throw new StateException.UnknownFormat("device");
    }
    return new DeviceRecord(
        SignatureKeyPair.decode(in.opaque()),
        in.optional(DeviceRecord::readEnrolment),
        in.list(reader -> KeyPackageBundle.decode(reader.opaque())),
        (int) in.uint32());
  }

  private static Enrolment readEnrolment(TlsReader in) throws MlsException {
    UserName user = new UserName(new String(in.opaque(), StandardCharsets.US_ASCII));
    ClientId client = ClientId.of(in.opaque());
    if (!(Credential.decode(in) instanceof X509Credential credential)) {
      throw new MlsException.Malformed("stored credential");
    }
    MemberIdentity identity = new MemberIdentity(user, client);
    return new Enrolment(identity, credential, StreamCursor.decode(in));
  }

  /** Without keys. */
  @Override
  public String toString() {
    return "DeviceRecord[" + keyPackages.size() + " key packages]";
  }
}
