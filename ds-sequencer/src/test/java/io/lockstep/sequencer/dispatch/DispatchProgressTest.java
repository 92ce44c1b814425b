package io.lockstep.sequencer.dispatch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.lockstep.chainlog.ChainHead;
import io.lockstep.chainlog.ChainPosition;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DispatchProgressTest {
  @Test
  void positionIsReadBackAsItWasWritten() {
    ChainPosition position = new ChainPosition(17, new ChainHead(1, -2, 3, -4), 12, 2);

    assertEquals(Optional.of(position), DispatchProgress.decode(DispatchProgress.encode(position)));
    assertEquals(
        Optional.of(ChainPosition.START),
        DispatchProgress.decode(DispatchProgress.encode(ChainPosition.START)));
  }

  @Test
  void textOfSomebodyElseIsNoPosition() {
    String good = DispatchProgress.encode(ChainPosition.START);
    for (String text :
        List.of("", "v1", "v2 1 2 3 4", good + " ", good + "00", good.replace("-1", "x"))) {
      assertEquals(Optional.empty(), DispatchProgress.decode(text), text);
    }
  }

  @Test
  void pausesDoubleUpToTheirBoundAndBeginAgainAfterASuccess() {
    Backoff backoff = new Backoff(Duration.ofMillis(100), Duration.ofMillis(350));

    assertEquals(Duration.ofMillis(100), backoff.afterFailure());
    assertEquals(Duration.ofMillis(200), backoff.afterFailure());
    assertEquals(Duration.ofMillis(350), backoff.afterFailure());
    assertEquals(Duration.ofMillis(350), backoff.afterFailure());
    backoff.afterSuccess();
    assertEquals(Duration.ofMillis(100), backoff.afterFailure());
  }
}
