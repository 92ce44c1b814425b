package io.lockstep.keystore.law;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lockstep.log.v1.KeyCommand;
import io.lockstep.log.v1.KeyEntry;
import io.lockstep.log.v1.KeyState;
import io.lockstep.log.v1.StoredKeyPackage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/**
 * Publications, claims and late retries of either, in any order, by a clock that sometimes goes
 * back: the law is checked by {@link Stream} at every step.
 */
class KeyPackageHandedOutOncePropertyTest {
  private static final int STEPS = 2500;

  @Property(tries = 6)
  void aOneTimePackageIsHandedOutOnceWhateverIsRetried(@ForAll long seed) {
    Random random = new Random(seed);
    Stream stream = new Stream();
    List<KeyCommand> publications = new ArrayList<>();
    List<KeyCommand> claims = new ArrayList<>();
    int packages = 0;
    for (int step = 0; step < STEPS; step++) {
      stream.timeMillis += (random.nextInt(22) - 1) * 60_000L;
      switch (random.nextInt(8)) {
        case 0 -> {
          List<StoredKeyPackage> oneTime = new ArrayList<>();
          for (int i = random.nextInt(30); i > 0; i--) {
            oneTime.add(stream.stored(packages++, Duration.ofHours(2 + random.nextInt(24 * 60))));
          }
          Optional<StoredKeyPackage> last =
              random.nextInt(4) == 0
                  ? Optional.of(stream.stored(packages++, Duration.ofDays(3)))
                  : Optional.empty();
          publications.add(Stream.publish(oneTime, last));
          stream.submit(publications.getLast());
        }
        case 1 -> {
          if (!publications.isEmpty()) {
            stream.submit(publications.get(random.nextInt(publications.size())));
          }
        }
        case 2 -> {
          if (!claims.isEmpty()) {
            stream.submit(claims.get(random.nextInt(claims.size())));
          }
        }
        default -> {
          claims.add(Stream.claim(1_000_000 + step, 1 + random.nextInt(20) / 19));
          stream.submit(claims.getLast());
        }
      }
      checkBounds(stream.state);
    }
    checkHistory(stream);
    assertTrue(stream.law.count() > 100, "the run hands out something");
  }

  private static void checkBounds(Optional<KeyState> state) {
    if (state.isPresent()) {
      assertTrue(state.get().getOneTimeCount() <= KeyLimits.ONE_TIME_MAX);
      assertTrue(state.get().getSpentCount() <= KeyLimits.SPENT_MAX);
      assertTrue(state.get().getClaimsCount() <= KeyLimits.CLAIMS_MAX);
    }
  }

  /** Sequence numbers are dense, a repeated claim names its own answer, replay equals live. */
  private static void checkHistory(Stream stream) {
    KeyFold fold = new KeyFold();
    Optional<KeyState> replayed = Optional.empty();
    Map<Long, KeyEntry> bySequence = new HashMap<>();
    for (KeyEntry entry : stream.entries) {
      if (entry.getSequence() > 0) {
        assertEquals(bySequence.size() + 1L, entry.getSequence());
        bySequence.put(entry.getSequence(), entry);
      }
      if (entry.hasClaimedBefore()) {
        KeyEntry first = bySequence.get(entry.getClaimedBefore().getSequence());
        assertTrue(first.hasClaimed());
        assertTrue(entry.getTimeMs() - first.getTimeMs() <= KeyLimits.CLAIM_WINDOW.toMillis());
      }
      replayed = fold.apply(replayed, entry);
    }
    assertEquals(stream.state, replayed);
  }
}
