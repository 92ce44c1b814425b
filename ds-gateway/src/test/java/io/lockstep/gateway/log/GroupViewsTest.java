package io.lockstep.gateway.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lockstep.api.v1.Reason;
import io.lockstep.chainlog.HistoryPage;
import io.lockstep.chainlog.StateAnswer;
import io.lockstep.gateway.admission.Refused;
import io.lockstep.log.v1.GroupState;
import io.lockstep.log.v1.StreamEntry;
import io.lockstep.log.v1.StreamState;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class GroupViewsTest {
  private static final String KEY = "g:0a";
  private static final long READ_TO = 5;
  private static final StateAnswer<StreamState> PRESENT =
      new StateAnswer<>(
          Optional.of(
              StreamState.newBuilder()
                  .setSequence(1)
                  .setGroup(GroupState.getDefaultInstance())
                  .build()),
          READ_TO);

  private final AtomicInteger asked = new AtomicInteger();

  private static StateAnswer<StreamState> absent(long foldedTo) {
    return new StateAnswer<>(Optional.empty(), foldedTo);
  }

  /** Answers with the first, so many times, then with the other. */
  private GroupViews views(
      StateAnswer<StreamState> first, int times, StateAnswer<StreamState> then) {
    OwnerQueries owners =
        new OwnerQueries() {
          @Override
          public CompletableFuture<StateAnswer<StreamState>> state(String key) {
            boolean early = asked.incrementAndGet() <= times;
            return CompletableFuture.completedFuture(early ? first : then);
          }

          @Override
          public CompletableFuture<HistoryPage<StreamEntry>> history(
              String key, long afterSequence, int maxEntries, int maxBytes) {
            throw new AssertionError("nobody asks for history");
          }
        };
    return new GroupViews(owners, _ -> READ_TO, 10);
  }

  @Test
  void anOwnerThatLagsIsAskedAgainUntilItHasTheGroup() {
    GroupViews views = views(absent(READ_TO - 1), 3, PRESENT);
    assertTrue(views.view(KEY).join().isPresent());
    assertEquals(4, asked.get());
    assertTrue(views.view(KEY).join().isPresent());
    assertEquals(4, asked.get(), "what is there is remembered");
  }

  @Test
  void anOwnerThatDoesNotLagIsBelieved() {
    GroupViews views = views(absent(READ_TO), Integer.MAX_VALUE, PRESENT);
    assertEquals(Optional.empty(), views.view(KEY).join());
    assertEquals(Optional.empty(), views.view(KEY).join());
    assertEquals(2, asked.get(), "what is not there is not remembered");
  }

  @Test
  void anOwnerThatGoesOnLaggingIsNoReasonToSayThatThereIsNoGroup() {
    GroupViews views = views(absent(READ_TO - 1), Integer.MAX_VALUE, PRESENT);
    CompletionException failed =
        assertThrows(CompletionException.class, () -> views.view(KEY).join());
    Refused refused = assertInstanceOf(Refused.class, failed.getCause());
    assertEquals(Reason.SERVICE_UNAVAILABLE, refused.reason());
    assertEquals(GroupViews.TRIES_MAX, asked.get());
  }
}
