package io.lockstep.mls.tree;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class KeySetPropertyTest {
  /** Half of the fingerprints share most of their bits, so that they meet at the last depth. */
  @Property(tries = 300)
  void behavesLikeASetWhateverIsAddedAndRemoved(
      @ForAll @Size(max = 200) List<@IntRange(max = 127) Integer> steps) {
    KeySet actual = KeySet.EMPTY;
    Set<KeySet.Fingerprint> expected = new HashSet<>();
    for (int step : steps) {
      KeySet.Fingerprint key = fingerprint(step / 2);
      KeySet before = actual;
      int sizeBefore = before.size();
      boolean adding = step % 2 == 0;
      actual = adding ? actual.with(key) : actual.without(key);
      boolean changed = adding ? expected.add(key) : expected.remove(key);
      if (!changed) {
        assertSame(before, actual);
      }
      assertEquals(sizeBefore, before.size());
      assertEquals(expected.size(), actual.size());
      for (int i = 0; i < 64; i++) {
        assertEquals(expected.contains(fingerprint(i)), actual.contains(fingerprint(i)));
      }
    }
  }

  private static KeySet.Fingerprint fingerprint(int i) {
    return i < 32
        ? new KeySet.Fingerprint(0x9E37_79B9_7F4A_7C15L * i, i)
        : new KeySet.Fingerprint(0x0123_4567_89AB_CDE0L + i % 3, i);
  }
}
