package io.lockstep.keystore.law;

import com.google.protobuf.ByteString;
import io.lockstep.log.v1.KeyEntry;
import io.lockstep.log.v1.KeyPackageClaimed;
import io.lockstep.log.v1.StoredKeyPackage;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Law: a one-time package is handed out once, ever, and only what its client published is handed
 * out, while it is fresh. Fed with the accepted entries of a log in the order of each stream; by
 * tests, and by a probe on a live log. Not thread-safe.
 */
public final class KeyPackageHandedOutOnce {
  private record Published(String key, ByteString ref) {}

  private final Map<Published, StoredKeyPackage> published = new HashMap<>();
  private final Set<Published> handedOut = new HashSet<>();

  /** Returns what breaks the law, if the entry does. */
  public Optional<String> observe(KeyEntry entry) {
    if (entry.hasPublished()) {
      entry.getPublished().getOneTimeList().forEach(stored -> publish(entry, stored));
      if (entry.getPublished().hasLastResort()) {
        publish(entry, entry.getPublished().getLastResort());
      }
    }
    return entry.hasClaimed() ? observe(entry, entry.getClaimed()) : Optional.empty();
  }

  /** One-time packages that have been handed out so far. */
  public int count() {
    return handedOut.size();
  }

  private void publish(KeyEntry entry, StoredKeyPackage stored) {
    published.put(new Published(entry.getKey(), stored.getRef()), stored);
  }

  private Optional<String> observe(KeyEntry entry, KeyPackageClaimed claimed) {
    Published it = new Published(entry.getKey(), claimed.getKeyPackage().getRef());
    if (!claimed.getKeyPackage().equals(published.get(it))) {
      return Optional.of("handed out but not published: " + entry);
    }
    if (!Freshness.isFresh(claimed.getKeyPackage(), entry.getTimeMs())) {
      return Optional.of("handed out at the end of its lifetime: " + entry);
    }
    if (!claimed.getLastResort() && !handedOut.add(it)) {
      return Optional.of("handed out twice: " + entry);
    }
    return Optional.empty();
  }
}
