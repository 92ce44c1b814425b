package io.lockstep.chainlog.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lockstep.chainlog.LogName;
import io.lockstep.chainlog.NotOwner;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class FoldProgressTest {
  private final FoldProgress progress = new FoldProgress(new LogName("some"), 3, 10);

  @Test
  void whatIsFoldedNeedsNoWait() {
    assertTrue(progress.reached(-1).isDone());
    assertTrue(progress.reached(10).isDone());
    assertFalse(progress.reached(11).isDone());
  }

  @Test
  void eachWaitsForItsOwnOffset() {
    CompletableFuture<Void> late = progress.reached(30);
    CompletableFuture<Void> early = progress.reached(11);
    CompletableFuture<Void> same = progress.reached(11);
    progress.at(29);
    assertTrue(early.isDone());
    assertTrue(same.isDone());
    assertFalse(late.isDone());
    progress.at(12);
    assertTrue(progress.reached(29).isDone(), "it never goes back");
    progress.at(30);
    assertTrue(late.isDone());
    assertEquals(0, progress.waiting());
  }

  @Test
  void whoeverGivesUpIsForgotten() {
    CompletableFuture<Void> gone = progress.reached(11);
    CompletableFuture<Void> stays = progress.reached(11);
    gone.cancel(false);
    assertEquals(1, progress.waiting());
    progress.at(11);
    assertTrue(stays.isDone());
  }

  @Test
  void afterTheEndNobodyIsToldThatItIsFolded() {
    CompletableFuture<Void> waits = progress.reached(11);
    progress.end();
    assertInstanceOf(NotOwner.class, waits.exceptionNow());
    assertInstanceOf(NotOwner.class, progress.reached(1).exceptionNow());
    assertEquals(0, progress.waiting());
  }
}
