package io.lockstep.keystore.law;

import com.google.protobuf.ByteString;
import io.lockstep.chainlog.SubmissionPoint;
import io.lockstep.log.v1.ClaimKeyPackage;
import io.lockstep.log.v1.KeyCommand;
import io.lockstep.log.v1.KeyEntry;
import io.lockstep.log.v1.KeyState;
import io.lockstep.log.v1.PublishKeyPackages;
import io.lockstep.log.v1.StoredKeyPackage;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** One client's stream under the fold, and makers of its commands. */
final class Stream {
  static final ByteString CLIENT = id(1);
  static final ByteString INBOX = id(2);
  static final int SUITE = 1;

  final List<KeyEntry> entries = new ArrayList<>();
  final KeyPackageHandedOutOnce law = new KeyPackageHandedOutOnce();
  Optional<KeyState> state = Optional.empty();
  long timeMillis = Duration.ofDays(20_000).toMillis();

  private final KeyFold fold = new KeyFold();

  KeyEntry submit(KeyCommand command) {
    KeyEntry entry =
        fold.decide(state, command, new SubmissionPoint(0, entries.size(), timeMillis, 1));
    entries.add(entry);
    state = fold.apply(state, entry);
    law.observe(entry)
        .ifPresent(
            broken -> {
              throw new AssertionError(broken);
            });
    return entry;
  }

  KeyEntry claim(int claimId) {
    return submit(claim(claimId, SUITE));
  }

  static KeyCommand claim(int claimId, int suite) {
    return KeyCommand.newBuilder()
        .setClientId(CLIENT)
        .setClaim(ClaimKeyPackage.newBuilder().setClaimId(id(claimId)).setCipherSuite(suite))
        .build();
  }

  static KeyCommand publish(StoredKeyPackage... oneTime) {
    return publish(List.of(oneTime), Optional.empty());
  }

  static KeyCommand publish(List<StoredKeyPackage> oneTime, Optional<StoredKeyPackage> last) {
    PublishKeyPackages.Builder publish =
        PublishKeyPackages.newBuilder().setInboxId(INBOX).addAllOneTime(oneTime);
    last.ifPresent(publish::setLastResort);
    return KeyCommand.newBuilder().setClientId(CLIENT).setPublish(publish).build();
  }

  /** A package that begins now. */
  StoredKeyPackage stored(int number, Duration lifetime) {
    return StoredKeyPackage.newBuilder()
        .setRef(bytes(32, number))
        .setCipherSuite(SUITE)
        .setNotBeforeMs(timeMillis)
        .setNotAfterMs(timeMillis + lifetime.toMillis())
        .setKeyPackage(bytes(40, number))
        .build();
  }

  StoredKeyPackage stored(int number) {
    return stored(number, Duration.ofDays(30));
  }

  static ByteString id(int number) {
    return bytes(16, number);
  }

  private static ByteString bytes(int length, int number) {
    byte[] bytes = new byte[length];
    Arrays.fill(bytes, (byte) 7);
    ByteBuffer.wrap(bytes).putInt(number);
    return ByteString.copyFrom(bytes);
  }
}
