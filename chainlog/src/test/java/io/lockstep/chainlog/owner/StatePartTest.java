package io.lockstep.chainlog.owner;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class StatePartTest {
  @Test
  void everyPartHasOneNameThatNoOtherPartHas() {
    List<String> keys =
        List.of(
            "",
            "g:00ff",
            "u:bob",
            "u:bob#",
            "u:bob#3",
            "u:bob#0",
            "u:bob#03",
            "#",
            "#7",
            "a#b#65535",
            "a#b#65534");
    Set<String> names = new HashSet<>();
    for (String key : keys) {
      for (int part : List.of(0, 1, 3, 40, 65_534)) {
        StatePart named = new StatePart(key, part);
        assertEquals(named, StatePart.parse(named.text()), named::text);
        names.add(named.text());
      }
    }
    assertEquals(5 * keys.size(), names.size());
  }

  @Test
  void theHeadHasTheKeyOfItsStream() {
    assertEquals("g:00ff", new StatePart("g:00ff", 0).text());
    assertEquals("g:00ff#12", new StatePart("g:00ff", 12).text());
    assertEquals("u:bob#3#0", new StatePart("u:bob#3", 0).text());
  }
}
