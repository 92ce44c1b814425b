package io.lockstep.client;

import com.google.protobuf.ByteString;
import io.lockstep.api.v1.CountRequest;
import io.lockstep.api.v1.CountResponse;
import io.lockstep.api.v1.PublishRequest;
import io.lockstep.mls.KeyPackageBundle;
import io.lockstep.mls.KeyPackageUse;
import io.lockstep.mls.Lifetime;
import io.lockstep.mls.MlsException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** The key packages of this client: private parts here, public parts with the key store. */
final class KeyPackages {
  /** As many as the key store takes of one client. */
  static final int ONE_TIME_MAX = 100;

  private final Context context;

  KeyPackages(Context context) {
    this.context = context;
  }

  /**
   * Fills the key store up to {@code target} one-time packages, and one of last resort. The private
   * parts are stored first: a package that others can get is one that this client can open.
   */
  void publish(int target) {
    if (target < 1 || target > ONE_TIME_MAX) {
      throw new IllegalArgumentException("1 to " + ONE_TIME_MAX + " key packages");
    }
    CountResponse there =
        context.calls().withToken((s, proof) -> s.count(CountRequest.getDefaultInstance(), proof));
    List<KeyPackageBundle> oneTime = new ArrayList<>();
    for (int i = there.getOneTime(); i < target; i++) {
      oneTime.add(make(KeyPackageUse.ONCE));
    }
    List<KeyPackageBundle> lastResort =
        there.getLastResort() ? List.of() : List.of(make(KeyPackageUse.LAST_RESORT));
    store(oneTime, lastResort, target);
    if (oneTime.isEmpty() && lastResort.isEmpty()) {
      return;
    }
    PublishRequest.Builder request = PublishRequest.newBuilder();
    oneTime.forEach(b -> request.addOneTime(ByteString.copyFrom(b.keyPackage().encode())));
    lastResort.forEach(b -> request.setLastResort(ByteString.copyFrom(b.keyPackage().encode())));
    PublishRequest built = request.build();
    var ignored = context.calls().withToken((s, proof) -> s.publish(built, proof));
  }

  /** Puts new ones in the place of those that were used, if any were ever published. */
  void refill() {
    int target = context.device().record().keyPackageTarget();
    if (target > 0) {
      publish(target);
    }
  }

  private void store(
      List<KeyPackageBundle> oneTime, List<KeyPackageBundle> lastResort, int target) {
    Instant now = context.now();
    var ignored =
        context
            .device()
            .edit(
                record -> {
                  List<KeyPackageBundle> all = new ArrayList<>(record.keyPackages());
                  all.removeIf(bundle -> isOver(bundle, now));
                  all.addAll(oneTime);
                  all.addAll(lastResort);
                  return record.withKeyPackages(all, target);
                });
  }

  private static boolean isOver(KeyPackageBundle bundle, Instant now) {
    try {
      return bundle.keyPackage().lifetime().notAfter() < now.getEpochSecond();
    } catch (MlsException.Invalid e) {
      return true;
    }
  }

  private KeyPackageBundle make(KeyPackageUse use) {
    DeviceRecord device = context.device().record();
    return KeyPackageBundle.generate(
        device.keys(),
        device.credential(),
        Lifetime.starting(context.now(), context.limits().keyPackageLifetime()),
        use,
        context.random());
  }
}
